package dev.mqha.guard;

import dev.mqha.patches.accept_poll.AcceptPoll;
import dev.mqha.patches.announced_sizes.AnnouncedSizes;
import dev.mqha.patches.attaching_slaves.AttachFix;
import dev.mqha.patches.compressed_bodies.Inflating;
import dev.mqha.patches.damaged_messages.DamageFix;
import dev.mqha.patches.durable_subscriptions.SubscriptionFix;
import dev.mqha.patches.failed_disk.FailedDisk;
import dev.mqha.patches.failed_replay.ReplayFix;
import dev.mqha.patches.failed_start.FailedStart;
import dev.mqha.patches.final_stop.FinalStop;
import dev.mqha.patches.frame_sizes.FrameSizes;
import dev.mqha.patches.index_counters.CountFix;
import dev.mqha.patches.large_messages.LargeTurns;
import dev.mqha.patches.listener_race.ChangeOrder;
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
import dev.mqha.patches.replication_logins.SessionLimit;
import dev.mqha.patches.slave_log.SlaveFix;
import dev.mqha.patches.slave_position.StoppedSlave;
import dev.mqha.patches.small_frames.SmallFrameFix;
import dev.mqha.patches.snapshot_position.SnapshotFix;
import dev.mqha.patches.standing_master.ElectorLoss;
import dev.mqha.patches.stashed_log.StashLink;
import dev.mqha.patches.stop_limit.StopLimit;
import dev.mqha.patches.tls_names.QuickTls;
import dev.mqha.patches.unauthenticated_connections.Admission;
import dev.mqha.patches.unwritten_messages.CursorEnd;
import dev.mqha.patches.watched_log.LogGuard;
import dev.mqha.patches.whole_units.UnitFix;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What is patched: the classes with the digests that they must have, and the patches in the order in which they are made. */
final class Patches {
    /** What is done to a class; one class may have several. */
    record Patch(String className, UnaryOperator<byte[]> mend) {}

    /** The classes, each with the SHA-256 (lower-case hexadecimal) of the one form that the patches were made for. */
    static final Map<String, String> KNOWN = known();

    static final List<Patch> PATCHES = List.of(
            new Patch(ListenerGuard.CLASS, ListenerGuard::guard),
            new Patch(ChangeOrder.CLASS, ChangeOrder::mend),
            new Patch(ElectorLoss.CLASS, ElectorLoss::mend),
            new Patch(SnapshotFix.CLASS, SnapshotFix::mend),
            new Patch(UnitFix.STORING, UnitFix::store),
            new Patch(UnitFix.ENDING, UnitFix::end),
            new Patch(UnitFix.REPLAYING, UnitFix::replay),
            new Patch(UnitFix.REPLAYING, RemovalFix::mend),
            new Patch(RemovalFix.REPLAYED, RemovalFix::entry),
            new Patch(RemovalFix.REMOVING, RemovalFix::entry),
            new Patch(UnitFix.REPLAYING, BranchFix::replay),
            new Patch(UnitFix.CLIENT, BranchFix::recover),
            new Patch(UnitFix.CLIENT, LogFix::mend),
            new Patch(BranchFix.QUEUE, BranchFix::queue),
            new Patch(BranchFix.RECOVERING, BranchFix::recovered),
            new Patch(BranchFix.REMOVING, BranchFix::rollback),
            new Patch(RecoveredFix.STORE, RecoveredFix::add),
            new Patch(RecoveredFix.STORE, LastPlace::cursor),
            new Patch(RecoveredFix.COMPLETION, RecoveredFix::completion),
            new Patch(RecoveredFix.CURSOR, RecoveredFix::rebase),
            new Patch(SubscriptionFix.SUBSCRIPTION, SubscriptionFix::subscription),
            new Patch(SubscriptionFix.TOPIC, SubscriptionFix::topic),
            new Patch(SubscriptionFix.UPDATING, SubscriptionFix::updating),
            new Patch(SubscriptionFix.RECOVERING, SubscriptionFix::recovering),
            new Patch(SubscriptionFix.LOADING, SubscriptionFix::loading),
            new Patch(SubscriptionFix.COLLECTING, SubscriptionFix::collecting),
            new Patch(UnitFix.SLAVE, UnitFix::snapshot),
            new Patch(SlaveFix.STORE, SlaveFix::begin),
            new Patch(SlaveFix.LOGIN, SlaveFix::stash),
            new Patch(SlaveFix.SYNC, SlaveFix::frames),
            new Patch(SlaveFix.TRANSFER, SlaveFix::complete),
            new Patch(SlaveFix.ATTACHED, SlaveFix::open),
            new Patch(SlaveFix.REPLAY, SlaveFix::replay),
            new Patch(SlaveFix.SESSION, SlaveFix::refused),
            new Patch(ReplayFix.OPENING, SlaveFix::opening),
            new Patch(ReplayFix.LOOP, ReplayFix::loop),
            new Patch(AttachFix.SESSION, AttachFix::session),
            new Patch(SessionLimit.CLASS, SessionLimit::mend),
            new Patch(AttachFix.STATE, AttachFix::state),
            new Patch(AttachFix.ANSWER, AttachFix::answer),
            new Patch(AttachFix.CLIENT, AttachFix::client),
            new Patch(AttachFix.COLLECT, AttachFix::collect),
            new Patch(CountFix.CLASS, CountFix::mend),
            new Patch(LastPlace.CLASS, LastPlace::mend),
            new Patch(StoppedSlave.CLASS, StoppedSlave::mend),
            new Patch(FailedStart.MASTER, FailedStart.of(FailedStart.MASTER)),
            new Patch(FailedStart.SLAVE, FailedStart.of(FailedStart.SLAVE)),
            new Patch(FinalStop.CLASS, FinalStop::mend),
            new Patch(FailedDisk.CLASS, FailedDisk::mend),
            new Patch(StashLink.CLASS, StashLink::mend),
            new Patch(LogGuard.LOG, LogGuard::log),
            new Patch(LogGuard.DELETION, LogGuard::deletion),
            new Patch(LogGuard.CLIENT, LogGuard::started),
            new Patch(LogGuard.LOGIN, LogGuard::login),
            new Patch(LogGuard.SYNC, LogGuard::sync),
            new Patch(DamageFix.CLIENT, DamageFix::client),
            new Patch(DamageFix.SLAVE, DamageFix::slave),
            new Patch(StopLimit.CLASS, StopLimit::mend),
            new Patch(AckFix.UNIT, AckFix::unit),
            new Patch(CursorEnd.UNIT, CursorEnd::unit),
            new Patch(CursorEnd.CLIENT, CursorEnd::removal),
            new Patch(AckFix.CLIENT, AckFix::removals),
            new Patch(SmallFrameFix.SENDING, SmallFrameFix::send),
            new Patch(FileList.CODEC, FileList::write),
            new Patch(FileList.BODY, FileList::read),
            new Patch(AcceptPoll.CLASS, AcceptPoll::mend),
            new Patch(AcceptQueue.CLASS, AcceptQueue::mend),
            new Patch(AnnouncedSizes.CLASS, AnnouncedSizes::mend),
            new Patch(Inflating.TEXT, Inflating.streams(1)),
            new Patch(Inflating.MAP, Inflating.streams(1)),
            new Patch(Inflating.OBJECT, Inflating.streams(1)),
            new Patch(Inflating.STREAM, Inflating.streams(2)),
            new Patch(Inflating.BYTES, Inflating::bytes),
            new Patch(Inflating.AMQP, Inflating::amqp),
            new Patch(FrameSizes.OPENWIRE, FrameSizes::openWire),
            new Patch(FrameSizes.AMQP, FrameSizes::amqp),
            new Patch(FrameSizes.STOMP, FrameSizes::stomp),
            new Patch(Admission.CLASS, Admission::mend),
            new Patch(LargeTurns.OPENWIRE, LargeTurns::openWire),
            new Patch(LargeTurns.AMQP, LargeTurns::amqp),
            new Patch(LargeTurns.AMQP_SENDER, LargeTurns::amqpSender),
            new Patch(LargeTurns.STOMP, LargeTurns::stomp),
            new Patch(OneCopy.MESSAGE, OneCopy::message),
            new Patch(OneCopy.UNIT, OneCopy::unit),
            new Patch(OneCopy.FILE, OneCopy::file),
            new Patch(CursorRoom.CURSOR, CursorRoom::cursor),
            new Patch(CursorRoom.STORE, CursorRoom::store),
            new Patch(CursorRoom.READING, CursorRoom::reading),
            new Patch(CursorRoom.SUBSCRIPTION, CursorRoom::subscription),
            new Patch(CursorRoom.FILE, CursorRoom::file),
            new Patch(CursorRoom.QUEUE, CursorRoom::queue),
            new Patch(CursorRoom.TOPIC, CursorRoom::topic),
            new Patch(QuickTls.CLASS, QuickTls::mend));

    private Patches() {}

    /** Returns a class with all its patches. @throws IllegalStateException where a place to be patched is not there */
    static byte[] mend(String className, byte[] original) {
        byte[] mended = original;
        for (Patch patch : PATCHES) {
            if (patch.className().equals(className)) {
                mended = patch.mend().apply(mended);
            }
        }
        return mended;
    }

    private static Map<String, String> known() {
        Map<String, String> known = new LinkedHashMap<>();
        known.put(ListenerGuard.CLASS, "cdfc6ce9419123720cd3fbb9d6580b569bc72edef89a336bbc1c874e021cc1b5");
        known.put(ChangeOrder.CLASS, "4d973682e7c6a65b14d88444f9983b090079f4802a23b6884ae59232eba0307c");
        known.put(ElectorLoss.CLASS, "966c330d09e9725f55dd37ea9bfee2895786da1fb8aeb71541422c9debef3842");
        known.put(SnapshotFix.CLASS, "764650b9211e0ffd98088a926a7eb6c1539b26aaef67857ca5cbb9bb17b39bc3");
        known.put(UnitFix.STORING, "e9806dd79b885248fcf8399bf028b1c7918102dc7492bad581ee947c429c38f3");
        known.put(UnitFix.ENDING, "c8200995d3c5cc2890ea65a331b25698fce6396da4b6a68865e524b93de78162");
        known.put(UnitFix.REPLAYING, "e5e577bca1a6dbbd502f010a021aa86b633a2ad5ca833af19f89db82d49bc86f");
        known.put(RemovalFix.REPLAYED, "f345ea0eb84bb2f8e3fe769a0938ba5258204634992b932e82211958ae41398c");
        known.put(RemovalFix.REMOVING, "b898b96220cd04e734e593e62b71b40f8b5110b2a80666723785b6618cee7ad4");
        known.put(UnitFix.SLAVE, "e2df297e5a1b641cd0d04e024f62396b452e7528ecf5e31403c412abe65b9807");
        known.put(SlaveFix.LOGIN, "ca3ac38c2d4fe3dc605aef5609e125e7eb45adfc3307c5b76a76b031265cd370");
        known.put(SlaveFix.SYNC, "c687f4d0cc666c3f9c8030174edc39f0ccaa9d795e1ddd3c212d39438902c3ea");
        known.put(SlaveFix.TRANSFER, "5609ff925923812d1a1961885be788a2d2b9595b93904099d6a35b875526ecd6");
        known.put(SlaveFix.ATTACHED, "987138ff23842310881c2fef2bc4d59adfb7cb7dc854c7c5815d72e137a0d483");
        known.put(SlaveFix.REPLAY, "69362f70123f0f4626d432c6eeade2b1b09a6529b171566ec8e87723c43a6f72");
        known.put(SlaveFix.SESSION, "5e0406d423a58e887a15a0b1e8b53064ff2f13e0d04d7c44a4948ce34c30e1f6");
        known.put(ReplayFix.LOOP, "9a6a3ed71efc141fd9bd5f332f404e90d2b7274954b7747348bc7964b446c04e");
        known.put(AttachFix.SESSION, "3229e3966f8945fc2e6dbc025008b8f11c8f1f4484d3e8d5f64fb2c2f21b3043");
        known.put(SessionLimit.CLASS, "87157d802dfb7acd9078b243517d118b28bcc41fa62ee0794cf39a45feba7e21");
        known.put(AttachFix.STATE, "dd956dbd26b1497a626fba9c6dac5275ce55720b84be5abbb7763e64acdabd11");
        known.put(AttachFix.ANSWER, "0f9e68bb7923a08a05c81da33447ccd82cf0e470e9cfa92b8905ab990af7c060");
        known.put(AttachFix.CLIENT, "5011fd15df64b71ccdfbe57e9d0162ef0dd74453f63ca06017ff47490f62d831");
        known.put(AttachFix.COLLECT, "2eac8eccd4cc254025cbe38702e3472166d7d74e59806ce8cfbd8049f576029d");
        known.put(LastPlace.CLASS, "5d9130b618e28570c95e9a10fed9b958ad2e7cef22f37d66e2851780f5de328a");
        known.put(StoppedSlave.CLASS, "eed635e1dbf426c6563a5f98ff613df9ed9b4291801b787b18632bf875e754af");
        known.put(FailedStart.MASTER, "cd0f76de6c49e3ebcaa0626454cce2983a717d84fa455d2f9650ebc82d29d77b");
        known.put(FailedStart.SLAVE, "bb824ad8f696a64a272178c4cbd0a82874a13c0018acbcccaf4d319f1cd1f07f");
        known.put(FinalStop.CLASS, "efb6438165be93234ecd97e5173dd72cbddcc257ce06d37e9084eb80b0419e84");
        known.put(FailedDisk.CLASS, "18d179c73cba9d50faf86f048eb0edfcdf1efecdd61e5135b67dcff3fc228f47");
        known.put(StashLink.CLASS, "19f3e53240170da91a918edc7282908c32cf9edf786045bffaf51a870c292863");
        known.put(LogGuard.LOG, "e40b8ec4bb5226993493737eb73f348513db455a1f15328e09ad99261839907e");
        known.put(LogGuard.DELETION, "f72e21c96795c66d3c3e28d880b71fdea7f3a8e03bb994bd8de5344b82e6c223");
        known.put(LogGuard.LOGIN, "ca3ac38c2d4fe3dc605aef5609e125e7eb45adfc3307c5b76a76b031265cd370");
        known.put(LogGuard.SYNC, "c687f4d0cc666c3f9c8030174edc39f0ccaa9d795e1ddd3c212d39438902c3ea");
        known.put(StopLimit.CLASS, "3e29415c1ff816d0c9113289daf57bfc8d150a3c735a871cae2de8b171524f00");
        known.put(AckFix.UNIT, "57bf5bfe1fefbc76faa4d293b353a569aa883c9dd218d04b4406e852aa048295");
        known.put(SmallFrameFix.SENDING, "48311ab40ecb90a2596713aae90337d0f4292975e92d41a5eb983a5fe02c9363");
        known.put(FileList.BODY, "9935380b568fde0ea358abc9e8a8b97e43bbfcdd2a0f12e1b9e7b049dab30666");
        known.put(AcceptPoll.CLASS, "fbd15f945d3dbba7a9cda2c3f1006453086053fee8b912632dfb3617a7bab93a");
        known.put(AcceptQueue.CLASS, "e30567bdfaf788bcaad1adf668ea15aa58f9bb5aab295ae9c14eb7c76986b803");
        known.put(AnnouncedSizes.CLASS, "9e6e4b3a9e947ca818bf79fdf6214b0b5d7a5c7700c8d60fd57eaaf6bcf08175");
        known.put(Inflating.TEXT, "d0a1f4fac8fd8a05f238555a4c519e9dec84b4cc605365cdb6fe77281ec4be65");
        known.put(Inflating.MAP, "90b08ae8ef8ebe86056bce65980ceec5fcc971aad3fced8170e48f185f65ee90");
        known.put(Inflating.OBJECT, "3de35f99c5f8b440417682822c9ba6c15090f9dddee4e50b1799817b80a8c0cc");
        known.put(Inflating.STREAM, "0423aca0aefbf05300a652d38df95900885dcb26a00f4781e23f2b6a9cd87b42");
        known.put(Inflating.BYTES, "0bfdc7676ac24b2c0c6f9b5d715d3c26dc455104648f409311730c6f97611797");
        known.put(Inflating.AMQP, "93f32be2b2118a8bc03eb327a42f78beb9516b985e58805b983cee62ad2df74c");
        known.put(FrameSizes.OPENWIRE, "5a408623c1588170b3d87e785a565530d96f52073301db5a72dc8b21571a5809");
        known.put(FrameSizes.AMQP, "264dc00efa8dbeb5925a0deef22c18e546ec5eaf70ca5f449bc886316a86f691");
        known.put(FrameSizes.STOMP, "096e825e91740bec5801233e0cc82c91cacdbcf5afaea6263ece4c6eabcfe0df");
        known.put(Admission.CLASS, "33a0130c4c56068cb3d44de8f65b800b2e308d9224b22154796344d7a7744679");
        known.put(LargeTurns.AMQP, "3dba4006fceed0e9a8c56fc4e0d47874d8b57522c9a6d283817551fcccfc4ceb");
        known.put(LargeTurns.AMQP_SENDER, "675cccae485d83938aae3ed8611ab9cd5e00e3fca449ee5fbd9ecceeefc82bae");
        known.put(OneCopy.MESSAGE, "32526949f9c46c5e7c79ee37d378b7c5f9a3330163c5cfff6fb7c884c6aaecf2");
        known.put(CursorRoom.CURSOR, "f737762da6b7909b975d6829b994251d52a0b5fee690a2d781be94a5562ad07f");
        known.put(CursorRoom.STORE, "76246a46568cf2f6a26e3b18d9fe35c53008a26cc3f67db8d8a7e96b4170e866");
        known.put(CursorRoom.READING, "a83272251e61ea83c0341a5a503882a4fab1eeb82e1ab584b9a637519cb93522");
        known.put(CursorRoom.SUBSCRIPTION, "d8173064bd875d55bb0b5fe6e3191421be54a96c6cf776d41903fa2f6911153a");
        known.put(CursorRoom.FILE, "93a44f8ceffe34caa57515adf17df6f0d199c73c2160bbfff4ae9eeac094a8b1");
        known.put(CursorRoom.QUEUE, "02f6feccc4486ba59c3223c22de6f0c0c601fd8e4dd6671ce9d4aef6e26ccdcc");
        known.put(CursorRoom.TOPIC, "8732ac6481784184d8d2ed49d2d1924f723b1fbc97ec144b55762ddadb02d502");
        known.put(QuickTls.CLASS, "b490d72a925ad1cef3db35df2297869987e471f1bb4c12e2c3fc46258d9de379");
        known.put(BranchFix.QUEUE, "1832eb561f96494e8aa46b5278ab2eb7d6e68be89ca7918cfe206df2ba0089d5");
        known.put(BranchFix.RECOVERING, "a3b6af0684b95ff0927e8fbc40273b314789817227749c2b6cf71c0554029be8");
        known.put(BranchFix.REMOVING, "94f7de42b0cc34281a8e2b2be2468c5920844158612517fa78580a3ff33be4f7");
        known.put(RecoveredFix.COMPLETION, "1832bd9a00a827832b1a37a77ce295ec42db66af51455c6cef8b742d4c50822b");
        known.put(SubscriptionFix.SUBSCRIPTION, "4c7c7cc9441e65761a37010929c13bed81e1e4aaa6f1eea5d15ca8aaaf092a5e");
        known.put(SubscriptionFix.TOPIC, "80c199ecaa9c0da73af28d0f5f145279a3a934a8238135d3300421bd16de5301");
        known.put(SubscriptionFix.UPDATING, "30020c19bc59df483eb7f7ca551eda7c6f257ce2557e715dcbbcb1fba08f3536");
        known.put(SubscriptionFix.RECOVERING, "4f8cf6c177af422bf86a9e263f3c31e70898837f96d4a5d59a1470f99bef311d");
        known.put(SubscriptionFix.LOADING, "5590631aadb7b136852b69b06506d8a5d59da7ad6392cc51bc17f268be0e49bc");
        known.put(SubscriptionFix.COLLECTING, "94344360028ac4f6d6718c45c7d09281b4bf2f62d9e6c582eaf377adbe0e7ee9");
        return Collections.unmodifiableMap(known);
    }
}
