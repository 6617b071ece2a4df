package dev.mqha.patches.destination_removal;

import java.security.Principal;
import java.util.Set;
import org.apache.activemq.broker.ConnectionContext;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.DestinationInfo;
import org.apache.activemq.security.AuthorizationBroker;
import org.apache.activemq.security.SecurityContext;

/**
 * Says who may remove a destination; the mended authorization calls it.
 *
 * <p>ActiveMQ 5.16 asked for no right where the destination was there: the check of a creation was used, which lets pass
 * what exists (CVE-2026-46605). Upstream's cure asks for the right to create, and an application needs that one to use a
 * queue for the first time. So what counts here are the groups of administrators alone, whose names end with {@link
 * #ADMINISTRATORS}.
 *
 * <p>Temporary destinations are left to their owners (patch temporary-owners).
 */
public final class RemovalRights {
    /** The end of the name of a group that may remove what it may create; rendered by mqha (accounts.ts). */
    public static final String ADMINISTRATORS = ".admin";

    private RemovalRights() {}

    /** As the other. */
    public static void check(AuthorizationBroker broker, ConnectionContext context, DestinationInfo info) {
        check(broker, context, info.getDestination());
    }

    /** Checks the right of a client. @throws SecurityException where it has none */
    public static void check(AuthorizationBroker broker, ConnectionContext context, ActiveMQDestination destination) {
        SecurityContext who = context.getSecurityContext();
        // Without one the broker refuses by itself. It removes what is unused in its own name.
        if (who == null || who.isBrokerContext() || destination.isTemporary()) {
            return;
        }
        Set<?> allowed = broker.getAuthorizationMap().getAdminACLs(destination);
        for (Object group : allowed) {
            if (group instanceof Principal principal
                    && principal.getName().endsWith(ADMINISTRATORS)
                    && who.getPrincipals().contains(principal)) {
                return;
            }
        }
        throw new SecurityException("User " + who.getUserName() + " is not authorized to remove: " + destination);
    }
}
