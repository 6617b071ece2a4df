package dev.mqha.patches.embedded_brokers;

import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;

/** Has the addresses of this JVM lead to {@link EmbeddedBrokers} where no broker has their name; it says why. */
public final class NoCreation {
    static final String CLASS = "org/apache/activemq/transport/vm/VMTransportFactory";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "embedded-brokers",
                    Patch.Risk.OUTAGE,
                    "who can have a broker connect to an address of its choice can have it run any code")
            .rewrites(CLASS, "3c779a1ac5b7b6545d51f0b3cd3255a0259dc39b4df4d4b86faaed653b278356", NoCreation::mend);

    private NoCreation() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it is not the known one */
    static byte[] mend(byte[] original) {
        return Rewrite.replace(
                        "org/apache/activemq/broker/BrokerFactory",
                        "createBroker",
                        "(Ljava/net/URI;)Lorg/apache/activemq/broker/BrokerService;",
                        "dev/mqha/patches/embedded_brokers/EmbeddedBrokers",
                        "create")
                .apply(original);
    }
}
