package dev.mqha.patches.temporary_owners;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.rig.Jvm;
import dev.mqha.rig.Roles;
import javax.jms.JMSException;
import javax.jms.MessageConsumer;
import javax.jms.Session;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ActiveMQTempQueue;
import org.apache.activemq.command.ConnectionId;
import org.apache.activemq.command.ConsumerId;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.command.SessionId;
import org.apache.activemq.command.SessionInfo;
import org.junit.jupiter.api.Test;

class OwnersTest {
    /** Takes from the temporary queue of another: as itself, under the id of the other, by a wildcard; and removes it. */
    static final class Taking {
        private static int sessions = 100;

        public static void main(String[] args) throws Exception {
            try (Roles roles = new Roles()) {
                ActiveMQConnection asking = roles.connect("app");
                Session session = asking.createSession(false, Session.AUTO_ACKNOWLEDGE);
                ActiveMQDestination answers = (ActiveMQDestination) session.createTemporaryQueue();
                MessageConsumer consumer = session.createConsumer(answers);
                ConnectionId own = asking.getConnectionInfo().getConnectionId();
                ActiveMQConnection other = roles.connect("orders");
                ConnectionId its = other.getConnectionInfo().getConnectionId();
                System.out.println("other: " + take(other, its, answers));
                System.out.println("made up: " + take(other, own, answers));
                System.out.println("all: " + take(other, its, new ActiveMQTempQueue(">")));
                String mine = ((ActiveMQDestination) other.createSession(false, Session.AUTO_ACKNOWLEDGE)
                                .createTemporaryQueue())
                        .getPhysicalName();
                String both = mine + "," + answers.getQualifiedName();
                System.out.println("behind: " + take(other, its, new ActiveMQTempQueue(both)));
                System.out.println("remove: " + Roles.outcome(() -> other.destroyDestination(answers)));
                System.out.println("answer: " + Roles.send(other, answers));
                System.out.println("came: " + (consumer.receive(5000) != null));
                System.out.println("own: " + take(other, its, new ActiveMQTempQueue(mine)));
            }
        }

        /** Without the check that a client of upstream makes. */
        private static String take(ActiveMQConnection connection, ConnectionId as, ActiveMQDestination from) {
            return Roles.outcome(() -> consume(connection, as, from));
        }

        private static void consume(ActiveMQConnection connection, ConnectionId as, ActiveMQDestination from)
                throws JMSException {
            SessionInfo session = new SessionInfo(new SessionId(as, ++sessions));
            connection.syncSendPacket(session);
            ConsumerInfo info = new ConsumerInfo(new ConsumerId(session.getSessionId(), 1));
            info.setDestination(from);
            info.setPrefetchSize(10);
            connection.syncSendPacket(info);
        }
    }

    @Test
    void onlyTheConnectionThatMadeItTakesFromIt() throws Exception {
        assertEquals(
                """
                other: refused
                made up: refused
                all: refused
                behind: refused
                remove: refused
                answer: done
                came: true
                own: done""",
                Jvm.mended().print(Taking.class));
    }

    @Test
    void theStockClassesGiveItToOthers() throws Exception {
        assertEquals("other: done", Jvm.stock().print(Taking.class).split("\n")[0]);
    }
}
