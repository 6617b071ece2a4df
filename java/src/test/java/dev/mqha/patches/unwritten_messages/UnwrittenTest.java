package dev.mqha.patches.unwritten_messages;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.rig.Jvm;
import dev.mqha.rig.Replicas;
import dev.mqha.rig.Shown;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.jms.Session;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ActiveMQMessage;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQTopic;
import org.apache.activemq.command.Message;
import org.apache.activemq.command.MessageId;
import org.apache.activemq.leveldb.DelayableUOW;
import org.apache.activemq.leveldb.LevelDBStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages that are written in another order than they are numbered, while a cursor reads. */
class UnwrittenTest {
    private static final long LOG_SIZE = 10 * 1024 * 1024;
    private static final ActiveMQQueue QUEUE = new ActiveMQQueue("numbers");
    private static final ActiveMQTopic TOPIC = new ActiveMQTopic("numbers");

    @TempDir
    Path directory;

    private static ActiveMQMessage message(ActiveMQDestination to, int number) {
        ActiveMQMessage message = new ActiveMQMessage();
        message.setMessageId(new MessageId("ID:a:1:1:1", number));
        message.setDestination(to);
        message.setPersistent(true);
        message.setResponseRequired(true);
        return message;
    }

    /** Message 2 is written, and read, before 1, and then 3. Prints what each page shows. */
    private static void read(LevelDBStore.LevelDBMessageStore store, Replicas.Master master, Shown.Page page) throws Exception {
        ActiveMQDestination to = store.dest();
        DelayableUOW first = master.store.db().createUow();
        store.doAdd(first, null, message(to, 1), false);
        store.addMessage(null, message(to, 2));
        System.out.println(to + ": " + Shown.by(page));
        first.release();
        first.countDownFuture().get();
        System.out.println(to + ": " + Shown.by(page));
        store.addMessage(null, message(to, 3));
        System.out.println(to + ": " + Shown.by(page));
    }

    public static final class Reads {
        public static void main(String[] args) throws Exception {
            Replicas.Master master = Replicas.master(Path.of(args[0]), 1, LOG_SIZE).serving();
            ActiveMQConnection connection = (ActiveMQConnection) master.clients().createConnection();
            connection.setClientID("client");
            connection.start();
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            session.createConsumer(QUEUE).close();
            session.createDurableSubscriber(TOPIC, "subscription").close();
            LevelDBStore.LevelDBMessageStore queue =
                    (LevelDBStore.LevelDBMessageStore) master.broker.getDestination(QUEUE).getMessageStore();
            // The queue would take what is added here into its own cursor.
            queue.registerIndexListener(null);
            read(queue, master, listener -> queue.recoverNextMessages(10, listener));
            LevelDBStore.LevelDBTopicMessageStore topic =
                    (LevelDBStore.LevelDBTopicMessageStore) master.broker.getDestination(TOPIC).getMessageStore();
            read(topic, master, listener -> topic.recoverNextMessages("client", "subscription", 10, listener));
            Runtime.getRuntime().halt(0);
        }
    }

    @Test
    void aCursorDoesNotReadBehindWhatIsNotWritten() throws Exception {
        List<String> stock = new ArrayList<>();
        List<String> mended = new ArrayList<>();
        for (ActiveMQDestination to : List.of(QUEUE, TOPIC)) {
            stock.addAll(List.of(to + ": 2", to + ":", to + ": 3"));
            mended.addAll(List.of(to + ":", to + ": 1 2", to + ": 3"));
        }
        assertEquals(stock, lines(Jvm.stock(), "stock"));
        assertEquals(mended, lines(Jvm.mended(), "mended"));
    }

    private List<String> lines(Jvm jvm, String name) throws Exception {
        return jvm.print(Reads.class, directory.resolve(name)).lines().map(String::strip).toList();
    }

    /** A queue is removed whose messages had places. */
    public static final class Removes {
        public static void main(String[] args) throws Exception {
            Replicas.Master master = Replicas.master(Path.of(args[0]), 1, LOG_SIZE).serving();
            Replicas.send(master, "numbers", 1, 10);
            LevelDBStore.LevelDBMessageStore store =
                    (LevelDBStore.LevelDBMessageStore) master.broker.getDestination(QUEUE).getMessageStore();
            long key = store.key();
            System.out.println(Unwritten.end(master.store.db(), key));
            master.broker.removeDestination(QUEUE);
            System.out.println(Unwritten.end(master.store.db(), key) == Long.MAX_VALUE);
            Runtime.getRuntime().halt(0);
        }
    }

    @Test
    void nothingIsKeptOfAQueueThatIsGone() throws Exception {
        assertEquals("2\ntrue", Jvm.mended().print(Removes.class, directory));
    }
}
