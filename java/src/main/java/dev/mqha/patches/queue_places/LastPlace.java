package dev.mqha.patches.queue_places;

import dev.mqha.guard.Rewrite;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Lets a queue remember its last place, as {@code dev.mqha.patches.queue_places.QueuePlace} says why. */
public final class LastPlace {
    /** It is serialized into the index: its fields and methods must stay as they are. */
    public static final String CLASS = "org/apache/activemq/leveldb/LevelDBClient$CollectionMeta";

    private static final String TARGET = "dev/mqha/patches/queue_places/QueuePlace";

    private static final String MANAGER = "org/apache/activemq/leveldb/DBManager";
    private static final String ID = "(Lorg/apache/activemq/command/MessageId;)J";

    private LastPlace() {}

    /** Returns the mended form of {@code BranchFix.QUEUE}. @throws IllegalStateException where the place is not asked for once */
    public static byte[] cursor(byte[] original) {
        return Rewrite.redirectWith(
                        "setBatch", MANAGER, "queuePosition", ID, TARGET, "position", "", nothing -> {})
                .apply(original);
    }

    /** Returns the mended form of the class. @throws IllegalStateException where the key is not set exactly once */
    public static byte[] mend(byte[] original) {
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
