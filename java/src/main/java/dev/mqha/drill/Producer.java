package dev.mqha.drill;

import com.fasterxml.jackson.databind.JsonNode;
import javax.jms.JMSException;
import javax.jms.MessageProducer;
import javax.jms.Session;
import javax.jms.TextMessage;
import org.apache.activemq.ActiveMQConnection;

/**
 * Sends numbered, persistent messages, one after the other, each number once. The failover transport
 * sends again by itself what was not answered, with the same id, as it does for everybody.
 *
 * <p>Options: {@code to}, {@code prefix} of the bodies, {@code rate}, {@code bytes} (one size after the
 * other), {@code groups} (how many). Each message says in {@code even} whether its number is.
 */
final class Producer extends Actor {
    private int next;

    Producer(String name, JsonNode options, Account account, Talk talk) {
        super(name, options, account, talk);
    }

    @Override
    void work(ActiveMQConnection connection) throws JMSException {
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageProducer producer = session.createProducer(destination("to"));
        JsonNode sizes = options.path("bytes");
        int groups = options.path("groups").asInt();
        while (true) {
            pace();
            if (isStopping()) {
                return;
            }
            int number = next++;
            String body = options.path("prefix").asText() + number;
            TextMessage message = session.createTextMessage(
                    padded(body, sizes.isEmpty() ? 0 : sizes.get(number % sizes.size()).asInt()));
            message.setBooleanProperty("even", number % 2 == 0);
            if (groups > 0) {
                message.setStringProperty("JMSXGroupID", "group-" + number % groups);
            }
            talk.say("sending", "actor", name, "body", body);
            producer.send(message);
            talk.say("acknowledged", "actor", name, "body", body);
        }
    }
}
