package dev.mqha.patches.replication_addresses;

import dev.mqha.launch.Tls;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import org.fusesource.hawtdispatch.transport.SslTransport;
import org.fusesource.hawtdispatch.transport.TcpTransport;
import org.fusesource.hawtdispatch.transport.TcpTransportServer;

/**
 * Makes the two ends of the replication link, all of them; mended classes of the store call it.
 *
 * <p>A slave connected to whatever address the elected member's znode has, and told it the token in its first frame. And the
 * link was in clear, whatever the scheme of {@code bind}. Its addresses say {@code tcp://} with TLS as well: all nodes of a
 * cluster have it, or none.
 */
public final class Transports {
    private Transports() {}

    /** The end of a slave. */
    public static TcpTransport toMaster() {
        if (!Tls.isOn()) {
            return new ToMaster();
        }
        SslTransport transport = new SecurelyToMaster();
        transport.setSSLContext(LinkTls.context());
        return transport;
    }

    /** The end of a master. @param bind the address that it listens on */
    public static TcpTransportServer forSlaves(URI bind) throws UnknownHostException {
        return Tls.isOn() ? new SecurelyForSlaves(bind) : new TcpTransportServer(bind);
    }

    /** The address of a master, as its znode has it. What is none gives one that is refused: a slave's start would fail of it. */
    public static URI address(String connect) {
        try {
            return new URI(connect);
        } catch (URISyntaxException | NullPointerException none) {
            return URI.create("none:none");
        }
    }

    /** Asks {@link Peers} when it is about to connect; a refusal is dealt with as a name that cannot be resolved, so the slave tries again. */
    private static final class ToMaster extends TcpTransport {
        private URI master;

        @Override
        public void connecting(URI remoteLocation, URI localLocation) throws Exception {
            master = remoteLocation;
            super.connecting(remoteLocation, localLocation);
        }

        @Override
        protected String resolveHostName(String host) throws UnknownHostException {
            Peers.require(master);
            return super.resolveHostName(host);
        }
    }

    /** The same over TLS: the token is told once the master has shown the certificate of its host. */
    private static final class SecurelyToMaster extends SslTransport {
        private URI master;

        @Override
        public void connecting(URI remoteLocation, URI localLocation) throws Exception {
            master = remoteLocation;
            super.connecting(remoteLocation, localLocation);
        }

        @Override
        protected String resolveHostName(String host) throws UnknownHostException {
            Peers.require(master);
            return super.resolveHostName(host);
        }
    }

    /** Nobody comes to a login without a certificate of the cluster. */
    private static final class SecurelyForSlaves extends TcpTransportServer {
        SecurelyForSlaves(URI bind) throws UnknownHostException {
            super(bind);
        }

        @Override
        protected TcpTransport createTransport() {
            SslTransport transport = new SslTransport();
            transport.setBlockingExecutor(blockingExecutor);
            transport.setDispatchQueue(dispatchQueue);
            transport.setSSLContext(LinkTls.context());
            transport.setClientAuth("need");
            return transport;
        }
    }
}
