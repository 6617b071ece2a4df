package dev.mqha.patches.memory_room;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Has {@link Room} say what may come into memory, which says why. */
public final class CursorRoom {
    private static final String REGION = "org/apache/activemq/broker/region/";
    private static final String CURSORS = REGION + "cursors/";

    static final String CURSOR = CURSORS + "AbstractPendingMessageCursor";
    private static final String STORE = Classes.STORE_CURSOR.name();
    static final String READING = CURSORS + "QueueStorePrefetch";
    static final String SUBSCRIPTION = CURSORS + "TopicStorePrefetch";
    private static final String FILE = Classes.FILE_CURSOR.name();
    static final String QUEUE = REGION + "Queue";
    static final String TOPIC = REGION + "Topic";

    private static final String MESSAGE = "org/apache/activemq/command/Message";
    private static final String ANY = CURSORS + "PendingMessageCursor";
    private static final String LIST = "java/util/ArrayList";
    private static final String EXPIRED = "dev/mqha/patches/memory_room/Expired";
    private static final String TARGET = "dev/mqha/patches/memory_room/Room";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "memory-room",
                    Patch.Risk.MEMORY,
                    "what is read back from the disk is not held against the limit of memory and can end "
                            + "a broker, and queues can starve one another")
            .rewrites(CURSOR, "f737762da6b7909b975d6829b994251d52a0b5fee690a2d781be94a5562ad07f", CursorRoom::cursor)
            .rewrites(Classes.STORE_CURSOR, CursorRoom::store)
            .rewrites(READING, "a83272251e61ea83c0341a5a503882a4fab1eeb82e1ab584b9a637519cb93522", CursorRoom::reading)
            .rewrites(SUBSCRIPTION, "d8173064bd875d55bb0b5fe6e3191421be54a96c6cf776d41903fa2f6911153a", CursorRoom::subscription)
            .rewrites(Classes.FILE_CURSOR, CursorRoom::file)
            .rewrites(QUEUE, "02f6feccc4486ba59c3223c22de6f0c0c601fd8e4dd6671ce9d4aef6e26ccdcc", CursorRoom::queue)
            .rewrites(TOPIC, "8732ac6481784184d8d2ed49d2d1924f723b1fbc97ec144b55762ddadb02d502", CursorRoom::topic);

    private CursorRoom() {}

    /** @throws IllegalStateException where cursors are not asked whether they have space */
    static byte[] cursor(byte[] original) {
        return Rewrite.delegate(CURSOR, "hasSpace", "()Z", TARGET, "keeps").apply(original);
    }

    /** @throws IllegalStateException where the store does not ask whether to go on */
    static byte[] store(byte[] original) {
        return Rewrite.delegate(STORE, "canRecoveryNextMessage", "()Z", TARGET, "more").apply(original);
    }

    /** @throws IllegalStateException where a queue does not look for space before it reads */
    static byte[] reading(byte[] original) {
        return Rewrite.redirect(READING, "hasSpace", "()Z", TARGET, "reads", CURSOR).apply(original);
    }

    /** @throws IllegalStateException where a subscription fills its batch in another way */
    static byte[] subscription(byte[] original) {
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
    static byte[] file(byte[] original) {
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
    static byte[] queue(byte[] original) {
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
    static byte[] topic(byte[] original) {
        return Rewrite.made(1, "doBrowse", LIST, EXPIRED).apply(original);
    }
}
