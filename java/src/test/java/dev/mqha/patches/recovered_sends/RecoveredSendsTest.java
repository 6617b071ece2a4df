package dev.mqha.patches.recovered_sends;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.mqha.rig.Branch;
import dev.mqha.rig.Jvm;
import dev.mqha.rig.Replicas;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.jms.JMSException;
import javax.jms.MessageConsumer;
import javax.jms.MessageProducer;
import javax.jms.Session;
import javax.jms.XASession;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.apache.activemq.ActiveMQConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveredSendsTest {
    private static final long LOG_SIZE = 100 * 1024 * 1024;
    private static final int BRANCHES = 30;
    private static final int EACH = 5;
    private static final int SENDERS = 4;
    private static final int LIVE = 400;

    @TempDir
    Path directory;

    /** Branches are prepared, and ended by another master, while others send to their queue and one consumes from it. */
    public static final class Ends {
        public static void main(String[] args) throws Exception {
            boolean sends = args[1].equals("commit");
            Path data = Path.of(args[0], "data");
            Path killed;
            try (Replicas.Master master = Replicas.master(data, 1, LOG_SIZE).serving()) {
                if (!sends) {
                    Replicas.send(master, "q", BRANCHES * EACH, 100);
                }
                prepare(master, sends);
                killed = Replicas.killed(data, Path.of(args[0], "killed"));
            }
            Replicas.Master master = Replicas.master(killed, 1, LOG_SIZE).serving();
            AtomicInteger received = new AtomicInteger();
            ActiveMQConnection connection = master.connect();
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            MessageConsumer consumer = session.createConsumer(session.createQueue("q"));
            consumer.setMessageListener(message -> received.incrementAndGet());
            ExecutorService threads = Executors.newCachedThreadPool();
            List<Future<Void>> senders = new ArrayList<>();
            for (int number = 0; number < SENDERS; number++) {
                senders.add(threads.submit((Callable<Void>) () -> {
                    Replicas.send(master, "q", LIVE, 100);
                    return null;
                }));
            }
            XAResource resource = master.connectXa().createXASession().getXAResource();
            for (Xid branch : resource.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN)) {
                Thread.sleep(20);
                if (sends) {
                    resource.commit(branch, false);
                } else {
                    resource.rollback(branch);
                }
            }
            for (Future<Void> sender : senders) {
                sender.get();
            }
            int all = BRANCHES * EACH + SENDERS * LIVE;
            for (int look = 0; look < 100 && received.get() < all; look++) {
                Thread.sleep(100);
            }
            Thread.sleep(500);
            System.out.println(received + " of " + all + ", depth " + Replicas.depth(master, "q") + ", dead "
                    + Replicas.drained(master, "ActiveMQ.DLQ"));
            Runtime.getRuntime().halt(0);
        }

        private static void prepare(Replicas.Master master, boolean sends) throws Exception {
            XASession session = master.connectXa().createXASession();
            XAResource resource = session.getXAResource();
            for (int number = 0; number < BRANCHES; number++) {
                Branch branch = new Branch("b" + number);
                resource.start(branch, XAResource.TMNOFLAGS);
                MessageConsumer consumer = sends ? null : session.createConsumer(session.createQueue("q"));
                if (sends) {
                    send(session);
                } else {
                    take(consumer);
                }
                resource.end(branch, XAResource.TMSUCCESS);
                resource.prepare(branch);
                if (consumer != null) {
                    consumer.close();
                }
            }
        }

        private static void send(XASession session) throws JMSException {
            MessageProducer producer = session.createProducer(session.createQueue("q"));
            for (int number = 0; number < EACH; number++) {
                producer.send(Replicas.body(session, 100));
            }
        }

        private static void take(MessageConsumer consumer) throws JMSException {
            for (int number = 0; number < EACH; number++) {
                if (consumer.receive(5000) == null) {
                    throw new IllegalStateException("there is no message");
                }
            }
        }
    }

    private static final String EACH_ONCE = "1750 of 1750, depth 0, dead 0";

    @Test
    void whatARecoveredBranchSentIsDeliveredOnceAmongOthers() throws Exception {
        assertEquals(EACH_ONCE, Jvm.mended().print(Ends.class, directory, "commit"));
    }

    @Test
    void whatARecoveredBranchGivesBackIsDeliveredOnceAmongOthers() throws Exception {
        assertEquals(EACH_ONCE, Jvm.mended().print(Ends.class, directory, "rollback"));
    }

    @Test
    void withoutTheCureItIsNot() throws Exception {
        // A commit may fail as well.
        assertNotEquals(EACH_ONCE, Jvm.stock().run(Ends.class, directory, "commit").out());
    }
}
