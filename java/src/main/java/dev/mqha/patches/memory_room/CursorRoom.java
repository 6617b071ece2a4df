package dev.mqha.patches.memory_room;

import dev.mqha.guard.Rewrite;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Has {@code dev.mqha.patches.memory_room.Room} say what may come into memory, which says why. */
public final class CursorRoom {
    private static final String REGION = "org/apache/activemq/broker/region/";
    private static final String CURSORS = REGION + "cursors/";

    public static final String CURSOR = CURSORS + "AbstractPendingMessageCursor";
    public static final String STORE = CURSORS + "AbstractStoreCursor";
    public static final String READING = CURSORS + "QueueStorePrefetch";
    public static final String SUBSCRIPTION = CURSORS + "TopicStorePrefetch";
    public static final String FILE = CURSORS + "FilePendingMessageCursor";
    public static final String QUEUE = REGION + "Queue";
    public static final String TOPIC = REGION + "Topic";

    private static final String MESSAGE = "org/apache/activemq/command/Message";
    private static final String ANY = CURSORS + "PendingMessageCursor";
    private static final String LIST = "java/util/ArrayList";
    private static final String EXPIRED = "dev/mqha/patches/memory_room/Expired";
    private static final String TARGET = "dev/mqha/patches/memory_room/Room";

    private CursorRoom() {}

    /** @throws IllegalStateException where cursors are not asked whether they have space */
    public static byte[] cursor(byte[] original) {
        return Rewrite.delegate(CURSOR, "hasSpace", "()Z", TARGET, "keeps").apply(original);
    }

    /** @throws IllegalStateException where the store does not ask whether to go on */
    public static byte[] store(byte[] original) {
        return Rewrite.delegate(STORE, "canRecoveryNextMessage", "()Z", TARGET, "more").apply(original);
    }

    /** @throws IllegalStateException where a queue does not look for space before it reads */
    public static byte[] reading(byte[] original) {
        return Rewrite.redirect(READING, "hasSpace", "()Z", TARGET, "reads", CURSOR).apply(original);
    }

    /** @throws IllegalStateException where a subscription fills its batch in another way */
    public static byte[] subscription(byte[] original) {
        return Rewrite.first("doFillBatch", method -> {
            Label begins = new Label();
            method.visitVarInsn(Opcodes.ALOAD, 0);
            method.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "begins", "(L" + STORE + ";)Z", false);
            method.visitJumpInsn(Opcodes.IFNE, begins);
            method.visitInsn(Opcodes.RETURN);
            method.visitLabel(begins);
            method.visitFrame(Opcodes.F_SAME, 0, null, 0, null);
        }).apply(original);
    }

    /** @throws IllegalStateException where the cursor does not say whether there is more, or counts in another way */
    public static byte[] file(byte[] original) {
        byte[] counting = Rewrite.once(original, "what is counted", (name, next, place) -> !name.equals("next") ? next : new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitMethodInsn(int opcode, String owner, String method, String type, boolean inInterface) {
                if (owner.equals(MESSAGE) && method.equals("setMemoryUsage")) {
                    place.found();
                    String target = "(L" + MESSAGE + ";Lorg/apache/activemq/usage/MemoryUsage;)V";
                    super.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "fromDisk", target, false);
                } else {
                    super.visitMethodInsn(opcode, owner, method, type, inInterface);
                }
            }
        });
        return Rewrite.once(counting, "hasNext", (name, next, place) -> !name.equals("hasNext") ? next : new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitInsn(int opcode) {
                if (opcode == Opcodes.IRETURN) {
                    place.found();
                    visitVarInsn(Opcodes.ALOAD, 0);
                    visitVarInsn(Opcodes.ALOAD, 0);
                    visitMethodInsn(Opcodes.INVOKEVIRTUAL, FILE, "isDiskListEmpty", "()Z", false);
                    visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "next", "(ZL" + FILE + ";Z)Z", false);
                }
                super.visitInsn(opcode);
            }
        });
    }

    /** @throws IllegalStateException where a queue pages in or takes messages in another way */
    public static byte[] queue(byte[] original) {
        String exchange = "org/apache/activemq/broker/ProducerBrokerExchange";
        byte[] admitting = Rewrite.first("send", method -> {
            method.visitVarInsn(Opcodes.ALOAD, 0);
            method.visitVarInsn(Opcodes.ALOAD, 1);
            method.visitVarInsn(Opcodes.ALOAD, 2);
            String type = "(L" + QUEUE + ";L" + exchange + ";L" + MESSAGE + ";)V";
            method.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "admit", type, false);
        }).apply(original);
        return Rewrite.redirectWith(
                "doPageInForDispatch", ANY, "hasSpace", "()Z", TARGET, "none", "L" + QUEUE + ";", method ->
                        method.visitVarInsn(Opcodes.ALOAD, 0)).apply(admitting);
    }

    /** Bounds the expired messages that a look through a topic collects. @throws IllegalStateException where it does not */
    public static byte[] topic(byte[] original) {
        return Rewrite.made(1, "doBrowse", LIST, EXPIRED).apply(original);
    }
}
