package dev.mqha.patches.temporary_owners;

import org.apache.activemq.broker.ConnectionContext;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ActiveMQTempDestination;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.command.DestinationInfo;
import org.apache.activemq.security.SecurityContext;

/**
 * Says whose a temporary destination is; the mended authorization calls it.
 *
 * <p>That only the connection that has made a temporary destination may take from it was checked by clients alone, and
 * the broker gave it to whoever asked (CVE-2026-54475). Its name says which connection it is of. Compared is the id by
 * which the connection has authenticated, and not the one that a command brings along, which a client makes up. After a
 * failover a connection has the same id.
 *
 * <p>Everybody may send to it: that is how questions are answered.
 */
public final class Owners {
    private Owners() {}

    /** Somebody takes from a destination. @throws SecurityException where it is the temporary one of another */
    public static void consume(ConnectionContext context, ConsumerInfo info) {
        check(context, info.getDestination(), "read from");
    }

    /** Somebody makes or removes a destination. @throws SecurityException where it is the temporary one of another */
    public static void manage(ConnectionContext context, DestinationInfo info) {
        manage(context, info.getDestination());
    }

    /** As the other. */
    public static void manage(ConnectionContext context, ActiveMQDestination destination) {
        check(context, destination, "administer");
    }

    private static void check(ConnectionContext context, ActiveMQDestination destination, String what) {
        SecurityContext who = context.getSecurityContext();
        // Without one the broker refuses by itself.
        if (who == null || who.isBrokerContext()) {
            return;
        }
        if (destination.isComposite()) {
            for (ActiveMQDestination one : destination.getCompositeDestinations()) {
                check(context, one, what);
            }
        } else if (destination instanceof ActiveMQTempDestination && !isOf(context, destination.getPhysicalName())) {
            throw new SecurityException("User " + who.getUserName() + " is not authorized to " + what + ": " + destination
                    + " (it is of another connection)");
        }
    }

    /** Whether a name is the id of the connection, a colon and a number, as {@code ActiveMQTempDestination} makes it. */
    private static boolean isOf(ConnectionContext context, String name) {
        int end = name.lastIndexOf(':');
        return end > 0
                && context.getConnectionId() != null
                && name.substring(0, end).equals(context.getConnectionId().getValue());
    }
}
