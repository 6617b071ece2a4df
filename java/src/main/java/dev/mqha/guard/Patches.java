package dev.mqha.guard;

import dev.mqha.patches.accept_poll.AcceptPoll;
import dev.mqha.patches.announced_sizes.AnnouncedSizes;
import dev.mqha.patches.attaching_slaves.AttachFix;
import dev.mqha.patches.client_bridges.NoBridges;
import dev.mqha.patches.closed_znodes.ClosedZnodes;
import dev.mqha.patches.compressed_bodies.Inflating;
import dev.mqha.patches.cursor_position.CursorFix;
import dev.mqha.patches.damaged_messages.DamageFix;
import dev.mqha.patches.damaged_store.DamagedStore;
import dev.mqha.patches.destination_removal.RemovalCheck;
import dev.mqha.patches.diverged_log.DivergedLog;
import dev.mqha.patches.durable_subscriptions.SubscriptionFix;
import dev.mqha.patches.embedded_brokers.NoCreation;
import dev.mqha.patches.factory_names.NameLimit;
import dev.mqha.patches.failed_disk.FailedDisk;
import dev.mqha.patches.failed_replay.ReplayFix;
import dev.mqha.patches.failed_start.FailedStart;
import dev.mqha.patches.final_stop.FinalStop;
import dev.mqha.patches.first_words.WordsFix;
import dev.mqha.patches.frame_sizes.FrameSizes;
import dev.mqha.patches.full_port.FullPort;
import dev.mqha.patches.index_counters.CountFix;
import dev.mqha.patches.large_messages.LargeTurns;
import dev.mqha.patches.listener_race.ListenerGuard;
import dev.mqha.patches.log_of_entry.LogFix;
import dev.mqha.patches.long_file_list.FileList;
import dev.mqha.patches.memory_room.CursorRoom;
import dev.mqha.patches.one_copy.OneCopy;
import dev.mqha.patches.prepared_branches.BranchFix;
import dev.mqha.patches.protocol_detection.AcceptQueue;
import dev.mqha.patches.queue_places.LastPlace;
import dev.mqha.patches.quorum_acks.AckFix;
import dev.mqha.patches.recovered_sends.RecoveredFix;
import dev.mqha.patches.removed_queues.RemovalFix;
import dev.mqha.patches.replication_addresses.AddressCheck;
import dev.mqha.patches.replication_logins.SessionLimit;
import dev.mqha.patches.replication_names.NameCheck;
import dev.mqha.patches.replication_requests.RequestFix;
import dev.mqha.patches.slave_log.SlaveFix;
import dev.mqha.patches.slave_position.StoppedSlave;
import dev.mqha.patches.small_frames.SmallFrameFix;
import dev.mqha.patches.snapshot_position.SnapshotFix;
import dev.mqha.patches.standing_master.ElectorLoss;
import dev.mqha.patches.stashed_log.StashLink;
import dev.mqha.patches.stop_limit.StopLimit;
import dev.mqha.patches.temporary_composites.CompositeCheck;
import dev.mqha.patches.temporary_owners.OwnerCheck;
import dev.mqha.patches.tls_names.QuickTls;
import dev.mqha.patches.unauthenticated_connections.Admission;
import dev.mqha.patches.unwritten_messages.CursorEnd;
import dev.mqha.patches.watched_log.LogGuard;
import dev.mqha.patches.whole_units.UnitFix;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All patches, and which of them apply. */
final class Patches {
    /** In the order in which they are made; a patch comes after those that it needs. */
    static final List<Patch> ALL = List.of(
            ListenerGuard.PATCH,
            ElectorLoss.PATCH,
            SnapshotFix.PATCH,
            UnitFix.PATCH,
            RemovalFix.PATCH,
            BranchFix.PATCH,
            LogFix.PATCH,
            RecoveredFix.PATCH,
            CursorFix.PATCH,
            SubscriptionFix.PATCH,
            SlaveFix.PATCH,
            ReplayFix.PATCH,
            AttachFix.PATCH,
            SessionLimit.PATCH,
            RequestFix.PATCH,
            NameCheck.PATCH,
            AddressCheck.PATCH,
            CountFix.PATCH,
            LastPlace.PATCH,
            StoppedSlave.PATCH,
            FailedStart.PATCH,
            FinalStop.PATCH,
            FailedDisk.PATCH,
            StashLink.PATCH,
            DivergedLog.PATCH,
            LogGuard.PATCH,
            DamagedStore.PATCH,
            DamageFix.PATCH,
            StopLimit.PATCH,
            AckFix.PATCH,
            CursorEnd.PATCH,
            SmallFrameFix.PATCH,
            FileList.PATCH,
            AcceptPoll.PATCH,
            FullPort.PATCH,
            AcceptQueue.PATCH,
            WordsFix.PATCH,
            AnnouncedSizes.PATCH,
            Inflating.PATCH,
            FrameSizes.PATCH,
            Admission.PATCH,
            NoBridges.PATCH,
            NameLimit.PATCH,
            NoCreation.PATCH,
            LargeTurns.PATCH,
            OneCopy.PATCH,
            CursorRoom.PATCH,
            ClosedZnodes.PATCH,
            RemovalCheck.PATCH,
            CompositeCheck.PATCH,
            OwnerCheck.PATCH,
            QuickTls.PATCH);

    /**
     * A patch that does not apply.
     *
     * @param isOff whether it was left out on purpose
     * @param unknown its classes that are not the known ones
     * @param needed the patches that it needs and that do not apply either
     */
    record Missing(Patch patch, boolean isOff, List<Target> unknown, List<Patch> needed) {}

    /** Which patches apply, and which do not. */
    record Selection(List<Patch> applied, List<Missing> missing) {}

    private Patches() {}

    /**
     * Returns what applies to some classes.
     *
     * @param found the SHA-256 of each class that is there, by name
     * @param off the names of patches that are left out on purpose
     */
    static Selection select(Map<String, String> found, Set<String> off) {
        List<Patch> applied = new ArrayList<>();
        List<Missing> missing = new ArrayList<>();
        Set<Patch> left = new HashSet<>();
        for (Patch patch : ALL) {
            boolean isOff = off.contains(patch.name());
            List<Target> unknown = patch.targets().stream()
                    .filter(target -> !target.sha256().equals(found.get(target.name())))
                    .toList();
            List<Patch> needed = patch.needed().stream().filter(left::contains).toList();
            if (!isOff && unknown.isEmpty() && needed.isEmpty()) {
                applied.add(patch);
            } else {
                left.add(patch);
                missing.add(new Missing(patch, isOff, unknown, needed));
            }
        }
        return new Selection(applied, missing);
    }
}
