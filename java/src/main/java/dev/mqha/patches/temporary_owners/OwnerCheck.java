package dev.mqha.patches.temporary_owners;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import java.util.function.UnaryOperator;

/** Has the authorization ask {@link Owners} who takes from temporary destinations, and who makes and removes them. */
public final class OwnerCheck {
    private static final String TARGET = "dev/mqha/patches/temporary_owners/Owners";
    private static final String BEGIN = "(Lorg/apache/activemq/broker/ConnectionContext;Lorg/apache/activemq/command/";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "temporary-owners",
                    Patch.Risk.MESSAGES,
                    "whoever has an account can take the answers that another client waits for, or remove its queue")
            .rewrites(Classes.AUTHORIZATION, OwnerCheck::mend);

    private OwnerCheck() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it is not the known one */
    static byte[] mend(byte[] original) {
        return asking("addConsumer", "consume", "ConsumerInfo")
                .andThen(asking("addDestinationInfo", "manage", "DestinationInfo"))
                .andThen(asking("removeDestinationInfo", "manage", "DestinationInfo"))
                .andThen(asking("removeDestination", "manage", "ActiveMQDestination"))
                .apply(original);
    }

    private static UnaryOperator<byte[]> asking(String method, String target, String what) {
        return Rewrite.firstWith(method, 1, 2, TARGET, target, BEGIN + what + ";)V");
    }
}
