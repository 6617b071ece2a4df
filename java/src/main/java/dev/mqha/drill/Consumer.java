package dev.mqha.drill;

import com.fasterxml.jackson.databind.JsonNode;
import javax.jms.JMSException;
import javax.jms.Message;
import javax.jms.MessageConsumer;
import javax.jms.Session;
import javax.jms.Topic;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQSession;

/**
 * Takes messages from a queue, or from a durable subscription.
 *
 * <p>Options: {@code from}, {@code clientId} and {@code subscription} of a durable one, {@code selector},
 * {@code rate}, {@code acknowledge}: {@code auto} (each, before the next), {@code every-other} (single
 * ones) or {@code none} (all are given, and come again). A message is told when it comes: its acknowledgement may hang
 * for a whole failover, and another consumer be given the same one meanwhile. A second event says whether the broker has
 * answered: where the connection was lost meanwhile, the failover transport pretends so.
 */
final class Consumer extends Actor {
    private int received;

    Consumer(String name, JsonNode options, Account account, Talk talk) {
        super(name, options, account, talk);
    }

    @Override
    void work(ActiveMQConnection connection) throws JMSException {
        String acknowledge = options.path("acknowledge").asText("auto");
        // With AUTO_ACKNOWLEDGE receive() acknowledges before it returns: where that fails it throws, and a message
        // that the broker has let go of was given to nobody.
        Session session = connection.createSession(
                false,
                acknowledge.equals("every-other") ? ActiveMQSession.INDIVIDUAL_ACKNOWLEDGE : Session.CLIENT_ACKNOWLEDGE);
        MessageConsumer consumer = consumer(session);
        talk.say("listening", "actor", name);
        while (true) {
            pace();
            if (isStopping()) {
                return;
            }
            int since = interruptions();
            Message message = consumer.receive(RECEIVE_MS);
            if (message == null) {
                continue;
            }
            boolean isToAcknowledge =
                    !acknowledge.equals("none") && (!acknowledge.equals("every-other") || received++ % 2 == 0);
            String body = bodyOf(message);
            talk.say("received", "actor", name, "body", body, "redelivered", message.getJMSRedelivered());
            String acknowledged = "no";
            try {
                if (isToAcknowledge) {
                    acknowledged = "unknown";
                    message.acknowledge();
                    acknowledged = isUninterruptedSince(since, connection) ? "yes" : "unknown";
                }
            } finally {
                talk.say("settled", "actor", name, "body", body, "acknowledged", acknowledged);
            }
        }
    }

    private MessageConsumer consumer(Session session) throws JMSException {
        String subscription = options.path("subscription").asText("");
        String selector = options.path("selector").asText(null);
        if (subscription.isEmpty()) {
            return session.createConsumer(destination("from"), selector);
        }
        return session.createDurableSubscriber((Topic) destination("from"), subscription, selector, false);
    }
}
