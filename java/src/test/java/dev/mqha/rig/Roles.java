package dev.mqha.rig;

import java.util.List;
import javax.jms.JMSException;
import javax.jms.MessageProducer;
import javax.jms.Session;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.broker.BrokerPlugin;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.broker.region.Destination;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.security.AuthenticationUser;
import org.apache.activemq.security.AuthorizationEntry;
import org.apache.activemq.security.AuthorizationPlugin;
import org.apache.activemq.security.DefaultAuthorizationMap;
import org.apache.activemq.security.SimpleAuthenticationPlugin;
import org.apache.activemq.security.TempDestinationAuthorizationEntry;

/** A broker with accounts and roles as mqha renders them: mqha may do all, app may use all, orders and ada use queues of theirs. */
public final class Roles implements AutoCloseable {
    private static final String ALL = "mqha,app,orders,ada";

    private final BrokerService broker = new BrokerService();
    private final int port;

    /** Starts it. */
    public Roles() throws Exception {
        DefaultAuthorizationMap rights = new DefaultAuthorizationMap(List.of(
                entry(">", "mqha,app", "mqha.admin,app"),
                entry("orders.>", "orders", "orders"),
                entry("ada.>", "ada", "ada,ada.admin"),
                advisories()));
        TempDestinationAuthorizationEntry temporary = new TempDestinationAuthorizationEntry();
        temporary.setRead(ALL);
        temporary.setWrite(ALL);
        temporary.setAdmin(ALL);
        rights.setTempDestinationAuthorizationEntry(temporary);
        broker.setPersistent(false);
        broker.setUseJmx(false);
        broker.setPlugins(new BrokerPlugin[] {
            new SimpleAuthenticationPlugin(List.of(
                    new AuthenticationUser("mqha", "mqha", "mqha,mqha.admin"),
                    new AuthenticationUser("app", "app", "app"),
                    new AuthenticationUser("orders", "orders", "orders"),
                    new AuthenticationUser("ada", "ada", "ada,ada.admin"))),
            new AuthorizationPlugin(rights)
        });
        port = broker.addConnector("tcp://127.0.0.1:0").getServer().getSocketAddress().getPort();
        broker.start();
    }

    /** Connects, without the checks that an honest client makes by itself. */
    public ActiveMQConnection connect(String account) throws JMSException {
        ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(account, account, "tcp://127.0.0.1:" + port);
        factory.setWatchTopicAdvisories(false);
        factory.setAlwaysSyncSend(true);
        ActiveMQConnection connection = (ActiveMQConnection) factory.createConnection();
        connection.start();
        return connection;
    }

    /** Sends a message, and says what became of it. */
    public static String send(ActiveMQConnection connection, ActiveMQDestination to) throws JMSException {
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        return outcome(() -> {
            MessageProducer producer = session.createProducer(to);
            producer.send(session.createTextMessage("message"));
        });
    }

    /** Messages in a queue; -1 where there is none. */
    public long depth(String queue) throws Exception {
        Destination found = broker.getDestination(new ActiveMQQueue(queue));
        return found.getDestinationStatistics().getMessages().getCount();
    }

    /** Whether a destination is there. */
    public boolean has(ActiveMQDestination destination) throws Exception {
        return broker.getBroker().getDestinationMap(destination).containsKey(destination);
    }

    /** Something that a broker may refuse. */
    public interface Act {
        void run() throws JMSException;
    }

    /** {@code done}, or {@code refused} where a right is missing. */
    public static String outcome(Act act) {
        try {
            act.run();
            return "done";
        } catch (JMSException refused) {
            return String.valueOf(refused.getMessage()).contains("not authorized") ? "refused" : refused.toString();
        }
    }

    @Override
    public void close() {
        // Whatever else there is: it has answered.
        Runtime.getRuntime().halt(0);
    }

    private static AuthorizationEntry entry(String queue, String use, String admin) throws Exception {
        AuthorizationEntry entry = new AuthorizationEntry();
        entry.setQueue(queue);
        entry.setRead(use);
        entry.setWrite(use);
        entry.setAdmin(admin);
        return entry;
    }

    private static AuthorizationEntry advisories() throws Exception {
        AuthorizationEntry entry = new AuthorizationEntry();
        entry.setTopic("ActiveMQ.Advisory.>");
        entry.setRead(ALL);
        entry.setAdmin(ALL);
        return entry;
    }
}
