package dev.mqha.drill;

import com.fasterxml.jackson.databind.JsonNode;
import javax.jms.InvalidDestinationException;
import javax.jms.JMSException;
import javax.jms.Session;
import org.apache.activemq.ActiveMQConnection;

/** Removes a queue with what is in it, or a durable subscription that has no consumer; tells it once it is done. */
final class Remover extends Actor {
    Remover(String name, JsonNode options, Account account, Talk talk) {
        super(name, options, account, talk);
    }

    @Override
    void work(ActiveMQConnection connection) throws JMSException {
        if (options.has("queue")) {
            connection.destroyDestination(destination("queue"));
        } else {
            unsubscribe(connection);
        }
        talk.say("removed", "actor", name);
        while (!isStopping()) {
            pause(RECEIVE_MS / 10);
        }
    }

    private void unsubscribe(ActiveMQConnection connection) throws JMSException {
        try {
            connection
                    .createSession(false, Session.AUTO_ACKNOWLEDGE)
                    .unsubscribe(options.path("subscription").asText());
        } catch (InvalidDestinationException gone) {
            // Somebody else has removed it.
        }
    }
}
