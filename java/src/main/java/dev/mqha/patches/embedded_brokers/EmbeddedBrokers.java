package dev.mqha.patches.embedded_brokers;

import java.io.IOException;
import java.net.URI;
import org.apache.activemq.broker.BrokerService;

/**
 * Makes no broker; the mended {@code VMTransportFactory} calls it.
 *
 * <p>An address {@code vm://name} is for a broker of this JVM. Where there is none of that name one was made, from whatever
 * configuration the address told: of Spring, from a web server, with any class and command in it (CVE-2026-34197,
 * CVE-2026-41044). A broker of mqha has its own name and needs no second one.
 */
public final class EmbeddedBrokers {
    private EmbeddedBrokers() {}

    /** Instead of {@code BrokerFactory.createBroker(URI)}. @throws IOException always */
    public static BrokerService create(URI configuration) throws IOException {
        throw new IOException("there is no broker of this name in this process, and none is made");
    }
}
