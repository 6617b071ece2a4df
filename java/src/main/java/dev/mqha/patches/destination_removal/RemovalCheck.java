package dev.mqha.patches.destination_removal;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import java.util.function.UnaryOperator;

/** Has the authorization ask {@link RemovalRights} before a destination is removed. */
public final class RemovalCheck {
    private static final String TARGET = "dev/mqha/patches/destination_removal/RemovalRights";
    private static final String BEGIN = "(L" + Classes.AUTHORIZATION.name() + ";Lorg/apache/activemq/broker/ConnectionContext;";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "destination-removal",
                    Patch.Risk.MESSAGES,
                    "whoever has an account can remove queues of others with the messages in them")
            .rewrites(Classes.AUTHORIZATION, RemovalCheck::mend);

    private RemovalCheck() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it is not the known one */
    static byte[] mend(byte[] original) {
        return asking("removeDestination", "Lorg/apache/activemq/command/ActiveMQDestination;")
                .andThen(asking("removeDestinationInfo", "Lorg/apache/activemq/command/DestinationInfo;"))
                .apply(original);
    }

    private static UnaryOperator<byte[]> asking(String method, String what) {
        return Rewrite.firstWith(method, 0, 2, TARGET, "check", BEGIN + what + ")V");
    }
}
