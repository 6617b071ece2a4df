package dev.mqha.launch;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.ActiveMQSslConnectionFactory;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.broker.SslContext;
import org.apache.activemq.broker.TransportConnector;

/** The links of a rehearsal: in clear, or with the certificate of this broker at both ends. */
abstract class RehearsedLinks {
    static final int TIMEOUT_MS = 10_000;

    private static final String PORT = "://127.0.0.1:0?auto.protocols=default,amqp,stomp";

    private RehearsedLinks() {}

    /** As mqha has rendered those of this broker. */
    static RehearsedLinks asRendered() throws IOException, GeneralSecurityException {
        return Tls.isOn() ? new Encrypted() : new Clear();
    }

    /** Gives a broker its message port. */
    abstract TransportConnector addPort(BrokerService broker) throws Exception;

    /** What makes JMS connections to a port. */
    abstract ActiveMQConnectionFactory clients(int port) throws Exception;

    /** What makes sockets that speak as the port does. */
    abstract SocketFactory sockets();

    /** Makes what comes before the first word of a link, a few times. */
    abstract void warm(int messagePort, int replicationPort) throws IOException;

    Socket connect(int port) throws IOException {
        Socket socket = sockets().createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MS);
        return socket;
    }

    private static final class Clear extends RehearsedLinks {
        @Override
        TransportConnector addPort(BrokerService broker) throws Exception {
            return broker.addConnector("auto+nio" + PORT);
        }

        @Override
        ActiveMQConnectionFactory clients(int port) {
            return new ActiveMQConnectionFactory("tcp://127.0.0.1:" + port);
        }

        @Override
        SocketFactory sockets() {
            return SocketFactory.getDefault();
        }

        @Override
        void warm(int messagePort, int replicationPort) {}
    }

    private static final class Encrypted extends RehearsedLinks {
        /** A slave of a cluster meets its master's handshakes of both versions: of applications, and of replication. */
        private static final String[] VERSIONS = {"TLSv1.2", "TLSv1.3"};

        /** More of them keep the compilers busy for seconds, in which a failover waits for them. */
        private static final int HANDSHAKES = 3;

        private final SSLContext client = Tls.amongMembers();

        Encrypted() throws IOException, GeneralSecurityException {}

        @Override
        TransportConnector addPort(BrokerService broker) throws Exception {
            SslContext context = new SslContext();
            context.setSSLContext(Tls.withClients());
            broker.setSslContext(context);
            return broker.addConnector("auto+nio+ssl" + PORT);
        }

        @Override
        ActiveMQConnectionFactory clients(int port) throws IOException, GeneralSecurityException {
            // The certificate names the addresses of this node, of which loopback need not be one.
            ActiveMQSslConnectionFactory clients =
                    new ActiveMQSslConnectionFactory("ssl://127.0.0.1:" + port + "?socket.verifyHostName=false");
            clients.setKeyAndTrustManagers(Tls.ownKeys(), Tls.members(), new SecureRandom());
            return clients;
        }

        @Override
        SocketFactory sockets() {
            return client.getSocketFactory();
        }

        @Override
        void warm(int messagePort, int replicationPort) throws IOException {
            for (int count = 0; count < HANDSHAKES; count++) {
                for (String version : VERSIONS) {
                    shake(messagePort, version);
                }
                shake(replicationPort, "TLSv1.3");
            }
        }

        private void shake(int port, String version) throws IOException {
            try (SSLSocket socket = (SSLSocket) connect(port)) {
                socket.setEnabledProtocols(new String[] {version});
                socket.startHandshake();
                // Or the next one would be a short one.
                socket.getSession().invalidate();
            }
        }
    }
}
