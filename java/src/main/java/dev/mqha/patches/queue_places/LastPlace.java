package dev.mqha.patches.queue_places;

import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Lets a queue remember its last place, as {@link QueuePlace} says why. */
public final class LastPlace {
    /** It is serialized into the index: its fields and methods must stay as they are. */
    static final String CLASS = "org/apache/activemq/leveldb/LevelDBClient$CollectionMeta";

    private static final String TARGET = "dev/mqha/patches/queue_places/QueuePlace";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "queue-places",
                    Patch.Risk.MESSAGES,
                    "after a failover a new message can take the place of an acknowledged one in its "
                            + "queue")
            .rewrites(CLASS, "5d9130b618e28570c95e9a10fed9b958ad2e7cef22f37d66e2851780f5de328a", LastPlace::mend);

    private LastPlace() {}

    /** Returns the mended form of the class. @throws IllegalStateException where the key is not set exactly once */
    static byte[] mend(byte[] original) {
        return Rewrite.once(original, "the last key", (name, next, place) -> new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitFieldInsn(int opcode, String owner, String field, String type) {
                if (opcode == Opcodes.PUTFIELD && field.equals("last_key")) {
                    place.found();
                    super.visitVarInsn(Opcodes.ALOAD, 0);
                    super.visitFieldInsn(Opcodes.GETFIELD, owner, field, type);
                    super.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "last", "([B[B)[B", false);
                }
                super.visitFieldInsn(opcode, owner, field, type);
            }
        });
    }
}
