package dev.mqha.drill;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import javax.jms.JMSException;
import javax.jms.MessageProducer;
import javax.jms.Session;
import org.apache.activemq.ActiveMQConnection;

/**
 * Sends several messages in one unit of work, again and again.
 *
 * <p>Options: {@code to}, {@code prefix}, {@code rate} (units), {@code units}: a list of {@code
 * {"messages":…,"bytes":…}} (of each message), one after the other.
 */
final class Units extends Actor {
    private int next;
    private int unit;

    Units(String name, JsonNode options, Account account, Talk talk) {
        super(name, options, account, talk);
    }

    @Override
    void work(ActiveMQConnection connection) throws JMSException {
        Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
        MessageProducer producer = session.createProducer(destination("to"));
        JsonNode kinds = options.path("units");
        while (true) {
            pace();
            if (isStopping()) {
                return;
            }
            JsonNode kind = kinds.get(unit % kinds.size());
            List<String> bodies = new ArrayList<>();
            for (int count = kind.path("messages").asInt(); count > 0; count--) {
                bodies.add(options.path("prefix").asText() + next++);
            }
            int current = unit++;
            talk.say("began", "actor", name, "unit", current, "bodies", bodies);
            try {
                for (String body : bodies) {
                    producer.send(session.createTextMessage(padded(body, kind.path("bytes").asInt())));
                }
                session.commit();
            } catch (JMSException | RuntimeException failure) {
                talk.say("undecided", "actor", name, "unit", current, "reason", reasonOf(failure));
                throw failure;
            }
            talk.say("committed", "actor", name, "unit", current);
        }
    }
}
