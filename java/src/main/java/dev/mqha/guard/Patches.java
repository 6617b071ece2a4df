package dev.mqha.guard;

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
            new Patch(UnitFix.SLAVE, UnitFix::snapshot),
            new Patch(LastPlace.CLASS, LastPlace::mend),
            new Patch(StoppedSlave.CLASS, StoppedSlave::mend),
            new Patch(FailedStart.MASTER, FailedStart.of(FailedStart.MASTER)),
            new Patch(FailedStart.SLAVE, FailedStart.of(FailedStart.SLAVE)),
            new Patch(FinalStop.CLASS, FinalStop::mend),
            new Patch(FailedDisk.CLASS, FailedDisk::mend),
            new Patch(StashLink.CLASS, StashLink::mend),
            new Patch(StopLimit.CLASS, StopLimit::mend),
            new Patch(AcceptPoll.CLASS, AcceptPoll::mend),
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
        known.put(UnitFix.SLAVE, "e2df297e5a1b641cd0d04e024f62396b452e7528ecf5e31403c412abe65b9807");
        known.put(LastPlace.CLASS, "5d9130b618e28570c95e9a10fed9b958ad2e7cef22f37d66e2851780f5de328a");
        known.put(StoppedSlave.CLASS, "eed635e1dbf426c6563a5f98ff613df9ed9b4291801b787b18632bf875e754af");
        known.put(FailedStart.MASTER, "cd0f76de6c49e3ebcaa0626454cce2983a717d84fa455d2f9650ebc82d29d77b");
        known.put(FailedStart.SLAVE, "bb824ad8f696a64a272178c4cbd0a82874a13c0018acbcccaf4d319f1cd1f07f");
        known.put(FinalStop.CLASS, "efb6438165be93234ecd97e5173dd72cbddcc257ce06d37e9084eb80b0419e84");
        known.put(FailedDisk.CLASS, "18d179c73cba9d50faf86f048eb0edfcdf1efecdd61e5135b67dcff3fc228f47");
        known.put(StashLink.CLASS, "19f3e53240170da91a918edc7282908c32cf9edf786045bffaf51a870c292863");
        known.put(StopLimit.CLASS, "3e29415c1ff816d0c9113289daf57bfc8d150a3c735a871cae2de8b171524f00");
        known.put(AcceptPoll.CLASS, "fbd15f945d3dbba7a9cda2c3f1006453086053fee8b912632dfb3617a7bab93a");
        known.put(QuickTls.CLASS, "b490d72a925ad1cef3db35df2297869987e471f1bb4c12e2c3fc46258d9de379");
        return Collections.unmodifiableMap(known);
    }
}
