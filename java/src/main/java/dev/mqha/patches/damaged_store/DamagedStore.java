package dev.mqha.patches.damaged_store;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.Opcodes;

/** Has {@link Recovery} look at a store that is opened, which says why. */
public final class DamagedStore {
    private static final String READER = Classes.LOG.name() + "$LogReader";
    private static final String TARGET = "dev/mqha/patches/damaged_store/Recovery";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "damaged-store",
                    Patch.Risk.MESSAGES,
                    "a damaged record in the log, or an index that cannot be read, lets a broker start "
                            + "without what follows, and others take that over")
            .rewrites(Classes.LOG, DamagedStore::end)
            .rewrites(Classes.CLIENT, DamagedStore::started);

    private DamagedStore() {}

    /** The log looks for its end. @throws IllegalStateException where it does not do so once */
    static byte[] end(byte[] original) {
        return Rewrite.redirect(READER, "verifyAndGetEndOffset", "()J", TARGET, "end", READER)
                .apply(original);
    }

    /** The client has started. @throws IllegalStateException where it has no such start */
    static byte[] started(byte[] original) {
        return Rewrite.last("start", code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 0);
                    String type = "(L" + Classes.CLIENT.name() + ";)V";
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "started", type, false);
                })
                .apply(original);
    }
}
