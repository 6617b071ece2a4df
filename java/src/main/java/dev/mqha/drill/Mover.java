package dev.mqha.drill;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import javax.jms.JMSException;
import javax.jms.Message;
import javax.jms.MessageConsumer;
import javax.jms.MessageProducer;
import javax.jms.Session;
import org.apache.activemq.ActiveMQConnection;

/**
 * Takes messages from one queue and sends them to another, in one unit of work.
 *
 * <p>A client whose connection was lost in a unit of work must not go on with it: its consumer is given
 * the messages anew, and a commit of what it took before has no effect. So it throws the connection
 * away and begins anew. A commit that was on its way then is undecided: done or not, but not half.
 *
 * <p>Options: {@code from}, {@code to}, {@code batch} (messages in a unit, at most), {@code rate} (units).
 */
final class Mover extends Actor {
    private static final int MORE_MS = 20;

    private int unit;

    Mover(String name, JsonNode options, Account account, Talk talk) {
        super(name, options, account, talk);
    }

    @Override
    void work(ActiveMQConnection connection) throws JMSException {
        Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
        MessageConsumer consumer = session.createConsumer(destination("from"));
        MessageProducer producer = session.createProducer(destination("to"));
        int batch = Math.max(1, options.path("batch").asInt());
        int since = interruptions();
        while (true) {
            pace();
            if (isStopping()) {
                return;
            }
            List<Message> taken = new ArrayList<>();
            List<String> bodies = new ArrayList<>();
            while (taken.size() < batch) {
                Message message = consumer.receive(taken.isEmpty() ? RECEIVE_MS : MORE_MS);
                if (message == null) {
                    break;
                }
                taken.add(message);
                bodies.add(bodyOf(message));
            }
            boolean isLost = !isUninterruptedSince(since, connection);
            if (isLost) {
                throw new JMSException("the connection was lost in a unit of work");
            }
            if (!taken.isEmpty()) {
                move(session, producer, taken, bodies, since, connection);
            }
        }
    }

    private void move(
            Session session,
            MessageProducer producer,
            List<Message> taken,
            List<String> bodies,
            int since,
            ActiveMQConnection connection)
            throws JMSException {
        int current = unit++;
        talk.say("began", "actor", name, "unit", current, "bodies", bodies);
        boolean isCommitting = false;
        try {
            for (int index = 0; index < taken.size(); index++) {
                producer.send(session.createTextMessage(bodies.get(index)));
            }
            if (!isUninterruptedSince(since, connection)) {
                throw new JMSException("the connection was lost in a unit of work");
            }
            isCommitting = true;
            session.commit();
        } catch (JMSException | RuntimeException failure) {
            String outcome = isCommitting ? "undecided" : "abandoned";
            talk.say(outcome, "actor", name, "unit", current, "reason", reasonOf(failure));
            throw failure;
        }
        // A commit that was answered through another connection may be one of nothing.
        boolean isSure = isUninterruptedSince(since, connection);
        String outcome = isSure ? "committed" : "undecided";
        talk.say(outcome, "actor", name, "unit", current, "reason", isSure ? "" : "the connection was lost");
        if (!isSure) {
            throw new JMSException("the connection was lost in a unit of work");
        }
    }
}
