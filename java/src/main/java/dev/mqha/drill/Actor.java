package dev.mqha.drill;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import javax.jms.Connection;
import javax.jms.JMSException;
import javax.jms.Message;
import javax.jms.TextMessage;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.transport.DefaultTransportListener;

/**
 * One client with a connection and a thread of its own. A connection that has failed is thrown away and
 * made anew; what the failover transport bridges by itself is no failure.
 */
abstract class Actor {
    private static final int AGAIN_MS = 50;
    private static final int PREFETCH = 100;

    /** How long a receive waits before it looks whether it is to stop. */
    static final int RECEIVE_MS = 200;

    final String name;
    final JsonNode options;
    final Talk talk;
    private final Account account;
    private final AtomicInteger interruptions = new AtomicInteger();
    private volatile boolean stopping;
    private long dueAt = System.nanoTime();

    Actor(String name, JsonNode options, Account account, Talk talk) {
        this.name = name;
        this.options = options;
        this.account = account;
        this.talk = talk;
    }

    /** Works until it is to stop, or the connection fails. */
    abstract void work(ActiveMQConnection connection) throws JMSException;

    final void start() {
        Thread thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Ends after what is under way; the event `ended` tells when. */
    final void stop() {
        stopping = true;
    }

    final boolean isStopping() {
        return stopping;
    }

    private void run() {
        while (!stopping) {
            ActiveMQConnection connection = null;
            try {
                connection = (ActiveMQConnection) account.connect(
                        options.path("clientId").asText(null), options.path("prefetch").asInt(PREFETCH));
                connection.addTransportListener(new DefaultTransportListener() {
                    @Override
                    public void transportInterupted() {
                        interruptions.incrementAndGet();
                    }
                });
                connection.start();
                work(connection);
            } catch (JMSException | RuntimeException failure) {
                talk.say("trouble", "actor", name, "reason", reasonOf(failure));
                pause(AGAIN_MS);
            } finally {
                close(connection);
            }
        }
        talk.say("ended", "actor", name);
    }

    private static void close(Connection connection) {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (JMSException gone) {
            // It has failed before, which was told.
        }
    }

    /** Counts how often the connection to a broker was lost. */
    final int interruptions() {
        return interruptions.get();
    }

    /** Whether the connection has lived since that count, and lives. */
    final boolean isUninterruptedSince(int count, ActiveMQConnection connection) {
        return interruptions.get() == count && connection.getTransport().isConnected();
    }

    /** Waits for the next turn at the actor's rate; what was missed is not made up for. */
    final void pace() {
        double rate = options.path("rate").asDouble();
        if (rate > 0) {
            dueAt = Math.max(dueAt + (long) (1e9 / rate), System.nanoTime());
            pause((dueAt - System.nanoTime()) / 1_000_000);
        }
    }

    final ActiveMQDestination destination(String option) {
        return ActiveMQDestination.createDestination(
                options.path(option).asText(), ActiveMQDestination.QUEUE_TYPE);
    }

    /** A body of a length, padded with what the drill takes off again. */
    static String padded(String body, int bytes) {
        if (bytes <= body.length()) {
            return body;
        }
        char[] all = Arrays.copyOf(body.toCharArray(), bytes);
        Arrays.fill(all, body.length(), bytes, ' ');
        return new String(all);
    }

    static String bodyOf(Message message) throws JMSException {
        return message instanceof TextMessage text && text.getText() != null
                ? text.getText().stripTrailing()
                : message.getJMSMessageID();
    }

    static String reasonOf(Throwable failure) {
        return failure.getClass().getSimpleName() + ": " + failure.getMessage();
    }

    static void pause(long milliseconds) {
        try {
            Thread.sleep(Math.max(0, milliseconds));
        } catch (InterruptedException nobody) {
            Thread.currentThread().interrupt();
        }
    }
}
