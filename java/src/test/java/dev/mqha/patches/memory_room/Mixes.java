package dev.mqha.patches.memory_room;

import dev.mqha.rig.Amqp;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.jms.BytesMessage;
import javax.jms.Connection;
import javax.jms.DeliveryMode;
import javax.jms.Destination;
import javax.jms.JMSException;
import javax.jms.Message;
import javax.jms.MessageConsumer;
import javax.jms.MessageProducer;
import javax.jms.QueueBrowser;
import javax.jms.Session;
import javax.jms.Topic;
import org.apache.activemq.ActiveMQConnectionFactory;

/** Mixes of ordinary clients, in whose middle a broker ran out of memory. Arguments: port, the largest body, and which. */
enum Mixes {
    /** Kept messages, more than fits of what is not persistent, and then somebody who consumes that. */
    TEMP {
        @Override
        String run() throws Exception {
            send("temp.kept", 15, largest, DeliveryMode.PERSISTENT);
            int count = 350;
            send("temp.flood", count, largest / 8, DeliveryMode.NON_PERSISTENT);
            return "received " + receive("temp.flood", count, 1) + " and " + receive("temp.kept", 15, 1);
        }
    },
    /** A queue on disk, and a consumer that takes what it is given and acknowledges nothing. */
    SLOW {
        @Override
        String run() throws Exception {
            int count = 100;
            send("slow", count, largest / 2, DeliveryMode.NON_PERSISTENT);
            try (Client client = connect()) {
                Session session = client.createSession(false, Session.CLIENT_ACKNOWLEDGE);
                session.createConsumer(session.createQueue("slow"));
                Thread.sleep(5000);
            }
            return "received " + receive("slow", count, 1000);
        }
    },
    /** A durable subscription that comes back to many large messages, and is slow. */
    DURABLE {
        @Override
        String run() throws Exception {
            try (Client client = connect("subscriber")) {
                Session session = client.createSession(false, Session.CLIENT_ACKNOWLEDGE);
                session.createDurableSubscriber(session.createTopic("durable"), "all").close();
            }
            int count = 80;
            send(topic("durable"), count, largest, DeliveryMode.PERSISTENT);
            int received = 0;
            try (Client client = connect("subscriber")) {
                Session session = client.createSession(false, Session.CLIENT_ACKNOWLEDGE);
                MessageConsumer consumer = session.createDurableSubscriber(session.createTopic("durable"), "all");
                Thread.sleep(5000);
                for (Message message; received < count && (message = consumer.receive(PATIENCE_MS)) != null; received++) {
                    message.acknowledge();
                }
            }
            return "received " + received;
        }
    },
    /** Long queues that nobody consumes must not keep another one from its consumer. */
    IDLE {
        @Override
        String run() throws Exception {
            for (int number = 0; number < 6; number++) {
                send("idle." + number, 12, largest, DeliveryMode.PERSISTENT);
            }
            send("idle.other", 20, largest / 4, DeliveryMode.PERSISTENT);
            send("idle.passing", 20, largest / 4, DeliveryMode.NON_PERSISTENT);
            int received = receive("idle.other", 20, 1000) + receive("idle.passing", 20, 1000);
            for (int number = 0; number < 6; number++) {
                received += receive("idle." + number, 12, 1000);
            }
            return "received " + received;
        }
    },
    /** Many senders of large messages at once. */
    SENDERS {
        @Override
        String run() throws Exception {
            List<Callable<Integer>> senders = new ArrayList<>();
            for (int number = 0; number < 40; number++) {
                String queue = "senders." + number % 3;
                senders.add(() -> send(queue, 2, largest, DeliveryMode.PERSISTENT));
            }
            int sent = all(senders);
            return "sent " + sent + " received "
                    + (receive("senders.0", 28, 1000) + receive("senders.1", 26, 1000) + receive("senders.2", 26, 1000));
        }
    },
    /** Many STOMP clients, which stay. */
    STOMP {
        @Override
        String run() throws Exception {
            List<Callable<Integer>> senders = new ArrayList<>();
            List<Socket> open = new ArrayList<>();
            for (int number = 0; number < 40; number++) {
                senders.add(() -> {
                    Socket socket = stomp("stomp", (int) largest);
                    synchronized (open) {
                        open.add(socket);
                    }
                    return 1;
                });
            }
            int sent = all(senders);
            int received = receive("stomp", sent, 1);
            for (Socket socket : open) {
                socket.close();
            }
            return "sent " + sent + " received " + received;
        }
    },
    /** Many AMQP clients at once. */
    AMQP {
        @Override
        String run() throws Exception {
            byte[] body = new byte[(int) largest];
            List<Callable<Integer>> senders = new ArrayList<>();
            for (int number = 0; number < 40; number++) {
                senders.add(() -> {
                    try (Amqp client = new Amqp(port, "amqp")) {
                        client.send(body);
                        client.send(body);
                    }
                    return 2;
                });
            }
            int sent = all(senders);
            return "sent " + sent + " received " + receive("amqp", sent, 1);
        }
    },
    /** A transaction that cannot fit, and others that can. */
    TRANSACTION {
        @Override
        String run() throws Exception {
            String refused = transaction("transaction.large", 60);
            return refused + ", " + transaction("transaction.small", 4) + ", received "
                    + receive("transaction.small", 4, 1000);
        }
    },
    /** Senders that do not wait for the store. */
    ASYNC {
        @Override
        String run() throws Exception {
            List<Callable<Integer>> senders = new ArrayList<>();
            for (int number = 0; number < 4; number++) {
                senders.add(() -> {
                    try (Client client = connect("?jms.useAsyncSend=true", null)) {
                        return send(client, "async", 60, largest / 2, DeliveryMode.PERSISTENT);
                    }
                });
            }
            int sent = all(senders);
            return "sent " + sent + " received " + receive("async", sent, 1000);
        }
    },
    /** Browsers of a long queue. */
    BROWSERS {
        @Override
        String run() throws Exception {
            send("browsed", 60, largest, DeliveryMode.PERSISTENT);
            List<Callable<Integer>> browsers = new ArrayList<>();
            for (int number = 0; number < 4; number++) {
                browsers.add(() -> {
                    try (Client client = connect()) {
                        Session session = client.createSession(false, Session.AUTO_ACKNOWLEDGE);
                        QueueBrowser browser = session.createBrowser(session.createQueue("browsed"));
                        var messages = browser.getEnumeration();
                        while (messages.hasMoreElements()) {
                            messages.nextElement();
                        }
                        return 1;
                    }
                });
            }
            return "browsed " + all(browsers) + " received " + receive("browsed", 60, 1000);
        }
    };

    static final long PATIENCE_MS = 20_000;

    /** A connection that is closed at the end of a block; one of JMS 1.1 is not. */
    record Client(Connection connection) implements AutoCloseable {
        Session createSession(boolean transacted, int mode) throws JMSException {
            return connection.createSession(transacted, mode);
        }

        @Override
        public void close() throws JMSException {
            connection.close();
        }
    }

    private static int port;
    static long largest;

    abstract String run() throws Exception;

    public static void main(String[] args) throws Exception {
        port = Integer.parseInt(args[0]);
        largest = Long.parseLong(args[1]);
        for (int place = 2; place < args.length; place++) {
            String became = Mixes.valueOf(args[place]).run();
            System.out.println(args[place] + ": " + became);
        }
        send("last", 3, 1000, DeliveryMode.PERSISTENT);
        System.out.println(receive("last", 3, 1000) == 3 ? "served" : "stands still");
        Runtime.getRuntime().halt(0);
    }

    static Client connect() throws JMSException {
        return connect("", null);
    }

    static Client connect(String clientId) throws JMSException {
        return connect("", clientId);
    }

    static Client connect(String options, String clientId) throws JMSException {
        Connection connection = new ActiveMQConnectionFactory("tcp://127.0.0.1:" + port + options).createConnection();
        if (clientId != null) {
            connection.setClientID(clientId);
        }
        connection.start();
        return new Client(connection);
    }

    static Topic topic(String name) {
        return new org.apache.activemq.command.ActiveMQTopic(name);
    }

    static int send(String queue, int count, long bytes, int mode) throws JMSException {
        return send(new org.apache.activemq.command.ActiveMQQueue(queue), count, bytes, mode);
    }

    static int send(Destination destination, int count, long bytes, int mode) throws JMSException {
        try (Client client = connect("?jms.alwaysSyncSend=true", null)) {
            return send(client, destination, count, bytes, mode);
        }
    }

    static int send(Client client, String queue, int count, long bytes, int mode) throws JMSException {
        return send(client, new org.apache.activemq.command.ActiveMQQueue(queue), count, bytes, mode);
    }

    private static int send(Client client, Destination to, int count, long bytes, int mode) throws JMSException {
        Session session = client.createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageProducer producer = session.createProducer(to);
        producer.setDeliveryMode(mode);
        byte[] body = new byte[(int) bytes];
        for (int sent = 0; sent < count; sent++) {
            BytesMessage message = session.createBytesMessage();
            message.writeBytes(body);
            producer.send(message);
        }
        return count;
    }

    static int receive(String queue, int count, int prefetch) throws JMSException {
        int received = 0;
        try (Client client = connect()) {
            Session session = client.createSession(false, Session.AUTO_ACKNOWLEDGE);
            MessageConsumer consumer = session.createConsumer(session.createQueue(queue + "?consumer.prefetchSize=" + prefetch));
            while (received < count && consumer.receive(PATIENCE_MS) != null) {
                received++;
            }
        }
        return received;
    }

    static String transaction(String queue, int count) throws JMSException {
        try (Client client = connect()) {
            Session session = client.createSession(true, Session.SESSION_TRANSACTED);
            MessageProducer producer = session.createProducer(session.createQueue(queue));
            byte[] body = new byte[(int) largest];
            try {
                for (int sent = 0; sent < count; sent++) {
                    BytesMessage message = session.createBytesMessage();
                    message.writeBytes(body);
                    producer.send(message);
                }
                session.commit();
                return "committed";
            } catch (JMSException failure) {
                return "refused";
            }
        }
    }

    /** Sends a persistent message, waits for its receipt and returns the connection. */
    static Socket stomp(String queue, int bytes) throws Exception {
        Socket socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout((int) PATIENCE_MS * 5);
        OutputStream out = socket.getOutputStream();
        out.write("CONNECT\naccept-version:1.2\nhost:a\n\n\0".getBytes(StandardCharsets.UTF_8));
        frame(socket.getInputStream());
        String head = "SEND\ndestination:/queue/" + queue + "\npersistent:true\nreceipt:r\n\n";
        out.write(head.getBytes(StandardCharsets.UTF_8));
        out.write("x".repeat(bytes).getBytes(StandardCharsets.UTF_8));
        out.write(0);
        out.flush();
        String answer = frame(socket.getInputStream());
        if (!answer.contains("RECEIPT")) {
            throw new IllegalStateException(answer);
        }
        return socket;
    }

    private static String frame(InputStream in) throws Exception {
        StringBuilder text = new StringBuilder();
        for (int next; (next = in.read()) > 0 || text.toString().isBlank() && next >= 0; ) {
            text.append((char) next);
        }
        return text.toString();
    }

    static int all(List<Callable<Integer>> tasks) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        int sum = 0;
        try {
            for (Future<Integer> future : threads.invokeAll(tasks)) {
                sum += future.get();
            }
        } finally {
            threads.shutdownNow();
        }
        return sum;
    }
}
