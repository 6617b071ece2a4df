import java.util.concurrent.locks.LockSupport;
import javax.jms.BytesMessage;
import javax.jms.Connection;
import javax.jms.DeliveryMode;
import javax.jms.Destination;
import javax.jms.JMSException;
import javax.jms.Message;
import javax.jms.MessageConsumer;
import javax.jms.MessageProducer;
import javax.jms.Queue;
import javax.jms.Session;
import javax.jms.TemporaryQueue;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQTempQueue;
import org.apache.activemq.command.ConsumerId;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.command.SessionId;
import org.apache.activemq.command.SessionInfo;

/** A client that speaks OpenWire, for tests. Arguments: url, user, password, what to do, and its own. Prints what became of it. */
public final class JmsClient {
    private static final long PATIENCE_MS = 40_000;

    private JmsClient() {}

    public static void main(String[] args) throws Exception {
        ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(args[1], args[2], args[0]);
        // A client's own limit would refuse what the broker is to refuse.
        factory.setUseAsyncSend(false);
        factory.setAlwaysSyncSend(true);
        // It refuses by itself what the broker is to refuse.
        factory.setWatchTopicAdvisories(!args[3].equals("behind"));
        Connection connection = factory.createConnection();
        connection.start();
        try {
            System.out.println(act(factory, connection, args));
        } catch (JMSException refused) {
            System.out.println("refused: " + refused.getMessage());
        }
        // Its threads would wait for a broker that has hung up.
        System.exit(0);
    }

    private static String act(ActiveMQConnectionFactory factory, Connection connection, String[] args) throws JMSException {
        switch (args[3]) {
            case "send":
                return send(connection, args, DeliveryMode.PERSISTENT);
            case "send-nonpersistent":
                return send(connection, args, DeliveryMode.NON_PERSISTENT);
            case "publish":
                return publish(connection, args);
            case "subscribe":
                return subscribe(connection, args[4]);
            case "request":
                return request(connection, args[4], Integer.parseInt(args[5]));
            case "remove":
                return remove((ActiveMQConnection) connection, args[4]);
            case "behind":
                return behind(connection, args[4]);
            case "steal":
                return steal((ActiveMQConnection) connection, (ActiveMQConnection) factory.createConnection());
            case "receive":
                return receive(connection, args[4], Integer.parseInt(args[5]));
            default:
                throw new IllegalArgumentException(args[3]);
        }
    }

    /** Removes a queue. */
    private static String remove(ActiveMQConnection connection, String queue) throws JMSException {
        connection.destroyDestination(new ActiveMQQueue(queue));
        return "removed " + queue;
    }

    /** Sends to a queue behind a temporary one of its own. */
    private static String behind(Connection connection, String queue) throws JMSException {
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        String own = ((ActiveMQDestination) session.createTemporaryQueue()).getPhysicalName();
        session.createProducer(new ActiveMQTempQueue(own + ",queue://" + queue)).send(session.createTextMessage("x"));
        return "sent behind";
    }

    /** Takes from the temporary queue of another connection, without the check that this library makes. */
    private static String steal(ActiveMQConnection owner, ActiveMQConnection thief) throws JMSException {
        thief.start();
        Session asking = owner.createSession(false, Session.AUTO_ACKNOWLEDGE);
        ActiveMQDestination answers = (ActiveMQDestination) asking.createTemporaryQueue();
        SessionInfo session = new SessionInfo(new SessionId(thief.getConnectionInfo().getConnectionId(), 99));
        thief.syncSendPacket(session);
        ConsumerInfo info = new ConsumerInfo(new ConsumerId(session.getSessionId(), 1));
        info.setDestination(answers);
        info.setPrefetchSize(10);
        thief.syncSendPacket(info);
        return "stolen";
    }

    /** queue, count, bytes */
    private static String send(Connection connection, String[] args, int mode) throws JMSException {
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        return send(session, session.createQueue(args[4]), args, mode);
    }

    /** topic, count, bytes */
    private static String publish(Connection connection, String[] args) throws JMSException {
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        return send(session, session.createTopic(args[4]), args, DeliveryMode.NON_PERSISTENT);
    }

    private static String send(Session session, Destination to, String[] args, int mode) throws JMSException {
        MessageProducer producer = session.createProducer(to);
        producer.setDeliveryMode(mode);
        int count = Integer.parseInt(args[5]);
        byte[] body = new byte[Integer.parseInt(args[6])];
        for (int sent = 0; sent < count; sent++) {
            BytesMessage message = session.createBytesMessage();
            message.writeBytes(body);
            producer.send(message);
        }
        return "sent " + count;
    }

    /** Subscribes to a topic, and stays. */
    private static String subscribe(Connection connection, String topic) throws JMSException {
        Session session = connection.createSession(false, Session.CLIENT_ACKNOWLEDGE);
        session.createConsumer(session.createTopic(topic));
        System.out.println("subscribed");
        for (;;) {
            LockSupport.park();
        }
    }

    /** Asks a service, which it is itself, over temporary queues. */
    private static String request(Connection connection, String queue, int count) throws JMSException {
        Session serving = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageProducer replier = serving.createProducer(null);
        replier.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
        serving.createConsumer(serving.createQueue(queue)).setMessageListener(message -> {
            try {
                replier.send(message.getJMSReplyTo(), serving.createTextMessage("answer"));
            } catch (JMSException failure) {
                throw new IllegalStateException(failure);
            }
        });
        Session asking = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        Queue service = asking.createQueue(queue);
        TemporaryQueue answers = asking.createTemporaryQueue();
        MessageConsumer consumer = asking.createConsumer(answers);
        MessageProducer producer = asking.createProducer(service);
        producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
        int answered = 0;
        for (; answered < count; answered++) {
            Message question = asking.createTextMessage("question");
            question.setJMSReplyTo(answers);
            producer.send(question);
            if (consumer.receive(PATIENCE_MS) == null) {
                break;
            }
        }
        return "answered " + answered;
    }

    /** A queue, which can have options: {@code name?consumer.prefetchSize=1}. */
    private static String receive(Connection connection, String queue, int count) throws JMSException {
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageConsumer consumer = session.createConsumer(session.createQueue(queue));
        int received = 0;
        while (received < count && consumer.receive(PATIENCE_MS) != null) {
            received++;
        }
        return "received " + received;
    }
}
