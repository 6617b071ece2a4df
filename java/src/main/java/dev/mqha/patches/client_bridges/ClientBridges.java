package dev.mqha.patches.client_bridges;

import dev.mqha.patches.common.Notices;
import java.io.IOException;
import org.apache.activemq.broker.TransportConnection;
import org.apache.activemq.command.BrokerInfo;
import org.apache.activemq.command.Response;
import org.slf4j.LoggerFactory;

/**
 * Builds no bridge to a client; the mended {@code TransportConnection} calls it.
 *
 * <p>A client that says it is a broker had one built to it before it had authenticated, with settings of its own, and was told
 * of durable subscriptions (CVE-2026-49270). Brokers of mqha are no network, and no client says that of itself.
 */
public final class ClientBridges {
    private static final Notices NOTICES = new Notices(LoggerFactory.getLogger(TransportConnection.class));

    private ClientBridges() {}

    /** Instead of {@code processBrokerInfo}: the connection ends. */
    public static Response refuse(TransportConnection connection, BrokerInfo info) {
        String why = "a client of the message port says that it is a broker, and there is no network of brokers";
        NOTICES.warn("A connection is closed, from " + connection.getRemoteAddress() + ": " + why);
        connection.stopAsync(new IOException(why));
        return null;
    }
}
