package dev.mqha.patches.stashed_log;

import dev.mqha.guard.Rewrite;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Sends what is set aside before a slave attaches to {@code dev.mqha.patches.stashed_log.StashedLog} and {@code LogList}, which say why. */
public final class StashLink {
    public static final String CLASS = "org/apache/activemq/leveldb/replicated/ReplicationSupport$";

    private static final String FILE = "org/apache/activemq/leveldb/util/FileSupport$RichFile";
    private static final String TARGET = "dev/mqha/patches/stashed_log/StashedLog";
    private static final String LIST = "dev/mqha/patches/watched_log/LogList";

    /** In {@code stash} and {@code unstash} twice, and once in {@code stash_clear}. */
    private static final int DELETIONS = 5;

    private StashLink() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it does not copy exactly once */
    public static byte[] mend(byte[] original) {
        return Rewrite.redirect(FILE, "copyTo", "(Ljava/io/File;)J", TARGET, "keep", FILE)
                .andThen(StashLink::remove)
                .andThen(Rewrite.last("copy_store_dir", code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 1);
                    code.visitVarInsn(Opcodes.ALOAD, 2);
                    code.visitMethodInsn(
                            Opcodes.INVOKESTATIC, LIST, "copy", "(Ljava/io/File;Ljava/io/File;)V", false);
                }))
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
