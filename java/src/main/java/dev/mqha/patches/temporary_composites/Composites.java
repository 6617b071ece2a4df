package dev.mqha.patches.temporary_composites;

import org.apache.activemq.command.ActiveMQDestination;

/**
 * Says whether the rights of temporary destinations count for a destination; the mended authorization calls it.
 *
 * <p>ActiveMQ 5.16 asked a list of destinations what kind its first one is. A temporary queue with an ordinary one behind
 * it needed the rights of temporary ones alone, which every client has, and the message went to both (CVE-2026-61487).
 * For a list that mixes both kinds the rights of ordinary destinations count now. The map of rights has none for the
 * temporary ones among them, so nobody may use it.
 */
public final class Composites {
    private Composites() {}

    /** Whether it is temporary, and all that it consists of. */
    public static boolean isTemporary(ActiveMQDestination destination) {
        if (!destination.isComposite()) {
            return destination.isTemporary();
        }
        for (ActiveMQDestination one : destination.getCompositeDestinations()) {
            if (!isTemporary(one)) {
                return false;
            }
        }
        return true;
    }
}
