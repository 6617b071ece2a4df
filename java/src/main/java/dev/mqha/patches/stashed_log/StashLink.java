package dev.mqha.patches.stashed_log;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Sends what is set aside before a slave attaches to {@link StashedLog}, which says why. */
public final class StashLink {
    private static final String FILE = "org/apache/activemq/leveldb/util/FileSupport$RichFile";
    private static final String TARGET = "dev/mqha/patches/stashed_log/StashedLog";

    /** In {@code stash} and {@code unstash} twice, and once in {@code stash_clear}. */
    private static final int DELETIONS = 5;

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "stashed-log",
                    Patch.Risk.MESSAGES,
                    "a node that is killed while it removes what it had set aside can restart with a "
                            + "part of its log; and each attach copies 100 MB")
            .rewrites(Classes.SUPPORT, StashLink::mend);

    private StashLink() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it does not copy exactly once */
    static byte[] mend(byte[] original) {
        return Rewrite.redirect(FILE, "copyTo", "(Ljava/io/File;)J", TARGET, "keep", FILE)
                .andThen(StashLink::remove)
                .apply(original);
    }

    private static byte[] remove(byte[] original) {
        return Rewrite.times(DELETIONS, original, "recursiveDelete", (in, next, place) -> new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitMethodInsn(int opcode, String owner, String method, String type, boolean inInterface) {
                if (owner.equals(FILE) && method.equals("recursiveDelete")) {
                    place.found();
                    super.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "remove", "(L" + FILE + ";)V", false);
                } else {
                    super.visitMethodInsn(opcode, owner, method, type, inInterface);
                }
            }
        });
    }
}
