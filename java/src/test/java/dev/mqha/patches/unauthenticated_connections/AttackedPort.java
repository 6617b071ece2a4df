package dev.mqha.patches.unauthenticated_connections;

import dev.mqha.launch.Tls;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.jms.BytesMessage;
import javax.jms.Connection;
import javax.jms.MessageProducer;
import javax.jms.Queue;
import javax.jms.Session;
import javax.net.ssl.SSLContext;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.ActiveMQSslConnectionFactory;
import org.apache.activemq.broker.BrokerPlugin;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.broker.SslContext;
import org.apache.activemq.command.ConnectionId;
import org.apache.activemq.command.ConnectionInfo;
import org.apache.activemq.command.Response;
import org.apache.activemq.command.WireFormatInfo;
import org.apache.activemq.openwire.OpenWireFormat;
import org.apache.activemq.security.AuthenticationUser;
import org.apache.activemq.security.SimpleAuthenticationPlugin;

/**
 * A broker with a message port as mqha renders it, in clear or over TLS, and accounts, in a JVM of its own. Arguments: attacks, which are done
 * one after the other while a client is connected; afterwards clients send what is as large as it may be. Prints which
 * attacks were refused, and {@code served} at the end.
 */
final class AttackedPort {
    private static final String NAME = "app";
    private static final int LARGE = 8 * 1024 * 1024;
    private static final int LIMIT_MS = 10_000;

    private static SSLContext strangers;

    private AttackedPort() {}

    public static void main(String[] args) throws Exception {
        BrokerService broker = new BrokerService();
        broker.setPersistent(false);
        broker.setUseJmx(false);
        broker.setPlugins(new BrokerPlugin[] {
            new SimpleAuthenticationPlugin(List.of(new AuthenticationUser(NAME, NAME, "users")))
        });
        String options = "?maximumConnections=1000&wireFormat.maxFrameSize=104857600&auto.protocols=default,amqp,stomp"
                + "&maxConnectionThreadPoolSize=200&protocolDetectionTimeOut=10000";
        String scheme = "auto+nio";
        if (Tls.isOn()) {
            SslContext context = new SslContext();
            context.setSSLContext(Tls.withClients());
            broker.setSslContext(context);
            scheme += "+ssl";
            options += "&wantClientAuth=true&transport.wantClientAuth=true&transport.enabledProtocols=TLSv1.2";
        }
        int port = broker.addConnector(scheme + "://127.0.0.1:0" + options).getServer().getSocketAddress().getPort();
        broker.start();
        Connection client = connection(port);
        client.start();
        for (String name : args) {
            List<Socket> sockets = Attacks.valueOf(name).begin(port);
            if (name.equals(Attacks.CROWD.name())) {
                Thread.sleep(Strangers.PATIENCE_MS + 500);
                stomp(port, 1000);
            }
            if (!letsIn(port)) {
                System.out.println(name + " keeps others out");
            }
            // Of a crowd the oldest must go; those that came late may stay when it has.
            boolean isCrowd = sockets.size() > Strangers.CROWD && !name.equals(Attacks.SILENT.name())
                    && !name.equals(Attacks.HANDSHAKES.name());
            boolean refused = Attacks.refused(isCrowd ? sockets.subList(0, 1) : sockets, 5000);
            System.out.println(name + (refused ? " refused" : " waits"));
            openWire(client, 1000);
            for (Socket socket : sockets) {
                socket.close();
            }
        }
        openWire(client, LARGE);
        openWireAtOnce(port);
        stomp(port, LARGE);
        System.out.println("served");
        // Whatever else there is: it has served.
        Runtime.getRuntime().halt(0);
    }

    /** Whether another client comes in, which tries again and again, within half of the time that strangers may take. */
    private static boolean letsIn(int port) throws Exception {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MS / 2);
        do {
            try {
                stomp(port, 1000);
                return System.nanoTime() < end;
            } catch (IOException | IllegalStateException refused) {
                Thread.sleep(100);
            }
        } while (System.nanoTime() < end);
        return false;
    }

    private static Connection connection(int port) throws Exception {
        if (!Tls.isOn()) {
            return new ActiveMQConnectionFactory(NAME, NAME, "tcp://127.0.0.1:" + port).createConnection();
        }
        ActiveMQSslConnectionFactory factory = new ActiveMQSslConnectionFactory("ssl://127.0.0.1:" + port);
        factory.setKeyAndTrustManagers(null, Tls.trustManagers(authority()), null);
        factory.setUserName(NAME);
        factory.setPassword(NAME);
        return factory.createConnection();
    }

    /** A connection to the message port, in its TLS handshake or past it, or in clear where it is. */
    static Socket connect(int port) throws IOException {
        if (!Tls.isOn()) {
            return new Socket(InetAddress.getLoopbackAddress(), port);
        }
        try {
            if (strangers == null) {
                strangers = SSLContext.getInstance("TLS");
                strangers.init(null, Tls.trustManagers(authority()), null);
            }
            return strangers.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        } catch (GeneralSecurityException failure) {
            throw new IOException(failure);
        }
    }

    private static Path authority() {
        return Path.of(System.getProperty(Tls.DIRECTORY), "cluster-ca.pem");
    }

    private static void openWire(Connection client, int size) throws Exception {
        Session session = client.createSession(false, Session.AUTO_ACKNOWLEDGE);
        Queue queue = session.createTemporaryQueue();
        BytesMessage message = session.createBytesMessage();
        message.writeBytes(new byte[size]);
        message.setStringProperty("long", "x".repeat(20_000));
        MessageProducer producer = session.createProducer(queue);
        producer.send(message);
        BytesMessage received = (BytesMessage) session.createConsumer(queue).receive(LIMIT_MS);
        if (received.getBodyLength() != size || received.getStringProperty("long").length() != 20_000) {
            throw new IllegalStateException("it came damaged");
        }
        session.close();
    }

    /** What an application says first, without waiting for an answer in between. */
    private static void openWireAtOnce(int port) throws Exception {
        OpenWireFormat format = new OpenWireFormat();
        format.setTightEncodingEnabled(false);
        format.setCacheEnabled(false);
        WireFormatInfo wire = new WireFormatInfo();
        wire.setVersion(format.getVersion());
        wire.setTightEncodingEnabled(false);
        wire.setCacheEnabled(false);
        wire.setMaxFrameSize(LARGE);
        ConnectionInfo connection = new ConnectionInfo(new ConnectionId("at-once"));
        connection.setClientId("at-once");
        connection.setUserName(NAME);
        connection.setPassword(NAME);
        connection.setResponseRequired(true);
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (Object command : List.of(wire, connection)) {
            format.marshal(command, new DataOutputStream(frames));
        }
        try (Socket socket = connect(port)) {
            socket.setSoTimeout(LIMIT_MS);
            socket.getOutputStream().write(frames.toByteArray());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            for (Object answer = format.unmarshal(in); !(answer instanceof Response); answer = format.unmarshal(in)) {
                // What it says of itself.
            }
        }
    }

    /** One with a content-length and one that ends with a zero, without waiting for an answer in between. */
    private static void stomp(int port, int size) throws Exception {
        byte[] body = new byte[size];
        Arrays.fill(body, (byte) 'x');
        try (Socket socket = connect(port)) {
            socket.setSoTimeout(LIMIT_MS);
            OutputStream out = socket.getOutputStream();
            out.write(ascii("CONNECT\naccept-version:1.1\nlogin:app\npasscode:app\n\n\0"));
            out.write(ascii("SEND\ndestination:/queue/stomp\nreceipt:one\ncontent-length:" + size + "\n\n"));
            out.write(body);
            out.write(ascii("\0\nSEND\ndestination:/queue/stomp\nreceipt:two\nheader:" + "h".repeat(9000) + "\n\n"));
            out.write(body);
            out.write(0);
            InputStream in = socket.getInputStream();
            String answer = "";
            while (!answer.contains("receipt-id:two")) {
                byte[] some = new byte[8192];
                int count = in.read(some);
                if (count < 0) {
                    throw new IllegalStateException("the broker hung up: " + answer);
                }
                answer += new String(some, 0, count, StandardCharsets.US_ASCII);
            }
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
