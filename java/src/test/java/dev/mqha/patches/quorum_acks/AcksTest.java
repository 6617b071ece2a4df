package dev.mqha.patches.quorum_acks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.rig.Jvm;
import dev.mqha.rig.Replicas;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.jms.Message;
import javax.jms.MessageConsumer;
import javax.jms.MessageProducer;
import javax.jms.Session;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.broker.region.Queue;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcksTest {
    private static final long LOG_SIZE = 10 * 1024 * 1024;
    private static final ActiveMQQueue READ = new ActiveMQQueue("read");
    private static final ActiveMQQueue PURGED = new ActiveMQQueue("purged");
    private static final ActiveMQQueue REMOVED = new ActiveMQQueue("removed");
    private static final String QUORUM = "-D" + Acks.PROPERTY + "=quorum";

    @TempDir
    Path directory;

    private interface Action {
        void run() throws Exception;
    }

    /**
     * Tries what removes ten messages while the slave hears nothing. Prints whether it is done all the same or
     * waits for the slave, and how many messages come again where the master dies as soon as it is done.
     */
    public static final class Removes {
        private final Path directory;
        private final Replicas.Master master;
        private final SlaveLevelDBStore slave;

        private Removes(Path directory) throws Exception {
            this.directory = directory;
            master = Replicas.master(directory.resolve("first"), 2, LOG_SIZE);
            slave = Replicas.slave(master, directory.resolve("second"), LOG_SIZE);
            master.serving();
        }

        public static void main(String[] args) throws Exception {
            new Removes(Path.of(args[0])).run();
            System.exit(0);
        }

        private void run() throws Exception {
            ActiveMQConnection connection = master.connect();
            // So an acknowledgement is answered.
            connection.setSendAcksAsync(false);
            Session session = connection.createSession(false, Session.CLIENT_ACKNOWLEDGE);
            MessageProducer producer = session.createProducer(null);
            for (int number = 0; number < 10; number++) {
                for (ActiveMQQueue queue : List.of(READ, PURGED, REMOVED)) {
                    producer.send(queue, session.createTextMessage(String.valueOf(number)));
                }
            }
            Replicas.caughtUp(master, slave);
            MessageConsumer consumer = session.createConsumer(READ);
            for (int number = 0; number < 9; number++) {
                consumer.receive(10_000);
            }
            Message last = consumer.receive(10_000);
            Queue purged = (Queue) master.broker.getDestination(PURGED);
            System.out.println(String.join(
                    ", ",
                    tried("acknowledge", READ, last::acknowledge),
                    tried("purge", PURGED, purged::purge),
                    tried("remove", REMOVED, () -> master.broker.removeDestination(REMOVED))));
        }

        private String tried(String name, ActiveMQQueue queue, Action action) throws Exception {
            Replicas.caughtUp(master, slave);
            Path copy = directory.resolve(name);
            slave.queue().suspend();
            CompletableFuture<Path> killed = CompletableFuture.supplyAsync(() -> {
                try {
                    action.run();
                    return Replicas.killed(directory.resolve("second"), copy);
                } catch (Exception failure) {
                    throw new CompletionException(failure);
                }
            });
            String how = "done";
            try {
                killed.get(1500, TimeUnit.MILLISECONDS);
            } catch (TimeoutException waiting) {
                how = "waits";
            }
            slave.queue().resume();
            killed.get(10, TimeUnit.SECONDS);
            try (Replicas.Master successor = Replicas.master(copy, 1, LOG_SIZE).serving()) {
                int again = successor.store.createQueueMessageStore(queue).getMessageCount();
                return name + " " + how + " " + again;
            }
        }
    }

    @Test
    void removalsWaitForTheSlavesWhereTheyAreToldTo() throws Exception {
        assertEquals(
                "acknowledge waits 0, purge waits 0, remove waits 0",
                Jvm.mended().option(QUORUM).print(Removes.class, directory));
    }

    @Test
    void removalsAreNotWaitedForByThemselves() throws Exception {
        assertEquals(
                "acknowledge done 10, purge done 10, remove done 10",
                Jvm.mended().print(Removes.class, directory));
    }
}
