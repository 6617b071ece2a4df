import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;
import javax.jms.Connection;
import javax.jms.JMSException;
import javax.jms.Message;
import javax.jms.MessageConsumer;
import javax.jms.MessageProducer;
import javax.jms.Session;
import javax.jms.TextMessage;
import javax.jms.XASession;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.ActiveMQSession;
import org.apache.activemq.ActiveMQXAConnection;
import org.apache.activemq.ActiveMQXAConnectionFactory;

/**
 * A JMS client that leaves prepared branches and durable subscriptions behind, and says what it finds of them. Arguments: the
 * URL, and {@code leave}, {@code take} or {@code later}. The account is in USERNAME and PASSWORD.
 */
public final class Acked {
    private static final String EVEN = "even = TRUE";
    private static final long LIMIT_MS = 15_000;
    private static final long NO_MORE_MS = 1000;

    private static String url;

    private Acked() {}

    public static void main(String[] args) throws Exception {
        url = args[0];
        switch (args[1]) {
            case "leave" -> leave();
            case "take" -> take();
            default -> later();
        }
        Runtime.getRuntime().halt(0);
    }

    /** Ends when it is killed. */
    private static void leave() throws Exception {
        Session session = connect(null).createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageProducer in = session.createProducer(session.createQueue("in"));
        for (int number = 0; number < 8; number++) {
            in.send(session.createTextMessage(String.valueOf(number)));
        }
        ActiveMQXAConnection connection = connectXa();
        prepare(connection, "ack", 2);
        prepare(connection, "both", 1, "a");
        prepare(connection, "send", 0, "b", "c");
        prepare(connection, "undone", 2, "d");
        prepare(connection, "waits", 1, "e");
        MessageConsumer selective = subscribe("selective", EVEN, Session.CLIENT_ACKNOWLEDGE);
        MessageConsumer single = subscribe("single", EVEN, ActiveMQSession.INDIVIDUAL_ACKNOWLEDGE);
        Connection away = connect("late");
        subscribe(away, null, Session.CLIENT_ACKNOWLEDGE);
        away.close();
        MessageProducer news = session.createProducer(session.createTopic("news"));
        for (int number = 1; number <= 21; number++) {
            TextMessage message = session.createTextMessage(String.valueOf(number));
            message.setBooleanProperty("even", number % 2 == 0);
            news.setTimeToLive(number % 2 == 0 ? 0 : 2000);
            news.send(message);
        }
        receive(selective, 10);
        for (int number = 1; number <= 10; number++) {
            Message message = single.receive(LIMIT_MS);
            if (number == 5 || number == 10) {
                message.acknowledge();
            }
        }
        Thread.sleep(2500);
        receive(subscribe("late", null, Session.CLIENT_ACKNOWLEDGE), 10);
        System.out.println("left");
        Thread.sleep(Long.MAX_VALUE);
    }

    private static void take() throws Exception {
        XAResource resource = connectXa().createXASession().getXAResource();
        System.out.println("recovered " + recovered(resource));
        System.out.println("selective " + receive(subscribe("selective", EVEN, Session.CLIENT_ACKNOWLEDGE), 10));
        System.out.println("single " + receive(subscribe("single", EVEN, Session.CLIENT_ACKNOWLEDGE), 10));
        System.out.println("late " + receive(subscribe("late", null, Session.CLIENT_ACKNOWLEDGE), 10));
        System.out.println("in " + holds("in", 2));
        System.out.println("out " + holds("out", 0));
        for (String name : List.of("ack", "both", "send")) {
            resource.commit(new Branch(name), false);
        }
        resource.rollback(new Branch("undone"));
        System.out.println("in " + holds("in", 4));
        System.out.println("out " + holds("out", 3));
    }

    private static void later() throws Exception {
        XAResource resource = connectXa().createXASession().getXAResource();
        System.out.println("recovered " + recovered(resource));
        System.out.println("in " + holds("in", 4));
        resource.commit(new Branch("waits"), false);
        System.out.println("in " + holds("in", 4));
        System.out.println("out " + holds("out", 4));
    }

    private static void prepare(ActiveMQXAConnection connection, String name, int taken, String... sent) throws Exception {
        XASession session = connection.createXASession();
        XAResource resource = session.getXAResource();
        resource.start(new Branch(name), XAResource.TMNOFLAGS);
        // No consumer holds what is meant for the next one.
        MessageConsumer consumer = session.createConsumer(session.createQueue("in?consumer.prefetchSize=0"));
        for (int number = 0; number < taken; number++) {
            if (consumer.receive(LIMIT_MS) == null) {
                throw new IllegalStateException("no message for " + name);
            }
        }
        MessageProducer producer = session.createProducer(session.createQueue("out"));
        for (String text : sent) {
            producer.send(session.createTextMessage(text));
        }
        resource.end(new Branch(name), XAResource.TMSUCCESS);
        resource.prepare(new Branch(name));
    }

    private static String recovered(XAResource resource) throws Exception {
        TreeSet<String> names = new TreeSet<>();
        for (Xid xid : resource.recover(XAResource.TMSTARTRSCAN)) {
            names.add(new String(xid.getGlobalTransactionId(), StandardCharsets.UTF_8));
        }
        return String.join(" ", names);
    }

    /** What a queue holds; it is left as it is. */
    private static String holds(String queue, int expected) throws JMSException {
        Connection connection = connect(null);
        Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
        String held = receive(session.createConsumer(session.createQueue(queue)), expected);
        session.rollback();
        connection.close();
        return held;
    }

    /** Waits for as many as are expected, and looks whether there are more. */
    private static String receive(MessageConsumer consumer, int expected) throws JMSException {
        TreeSet<String> texts = new TreeSet<>((a, b) -> a.length() == b.length() ? a.compareTo(b) : a.length() - b.length());
        for (int number = 0; ; number++) {
            Message message = consumer.receive(number < expected ? LIMIT_MS : NO_MORE_MS);
            if (message == null) {
                return String.join(" ", texts);
            }
            texts.add(((TextMessage) message).getText());
        }
    }

    private static MessageConsumer subscribe(String name, String selector, int mode) throws JMSException {
        return subscribe(connect(name), selector, mode);
    }

    private static MessageConsumer subscribe(Connection connection, String selector, int mode) throws JMSException {
        Session session = connection.createSession(false, mode);
        return session.createDurableSubscriber(session.createTopic("news"), "s", selector, false);
    }

    private static Connection connect(String clientId) throws JMSException {
        ActiveMQConnectionFactory factory =
                new ActiveMQConnectionFactory(System.getenv("USERNAME"), System.getenv("PASSWORD"), url);
        return begin((ActiveMQConnection) factory.createConnection(), clientId);
    }

    private static ActiveMQXAConnection connectXa() throws JMSException {
        ActiveMQXAConnectionFactory factory =
                new ActiveMQXAConnectionFactory(System.getenv("USERNAME"), System.getenv("PASSWORD"), url);
        return (ActiveMQXAConnection) begin((ActiveMQConnection) factory.createXAConnection(), null);
    }

    private static ActiveMQConnection begin(ActiveMQConnection connection, String clientId) throws JMSException {
        if (clientId != null) {
            connection.setClientID(clientId);
        }
        connection.start();
        return connection;
    }

    /** The name of a branch: a word. */
    private record Branch(String name) implements Xid {
        @Override
        public int getFormatId() {
            return 7;
        }

        @Override
        public byte[] getGlobalTransactionId() {
            return name.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public byte[] getBranchQualifier() {
            return new byte[] {1};
        }
    }
}
