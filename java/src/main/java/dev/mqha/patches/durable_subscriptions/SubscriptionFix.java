package dev.mqha.patches.durable_subscriptions;

import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import dev.mqha.patches.prepared_branches.BranchFix;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Keeps what durable subscriptions have not acknowledged, as {@link Subscriptions} says why. */
public final class SubscriptionFix {
    private static final String PACKAGE = "org/apache/activemq/leveldb/";
    private static final String STORE = PACKAGE + "LevelDBStore";
    private static final String MANAGER = PACKAGE + "DBManager";
    private static final String NAMES = "Ljava/lang/String;Ljava/lang/String;";
    private static final String LISTENER = "Lorg/apache/activemq/store/MessageRecoveryListener;";
    private static final String TARGET = "dev/mqha/patches/durable_subscriptions/Subscriptions";
    private static final String POSITION = "lastAckPosition_$eq";
    private static final String PROGRESS = "mqhaProgress";

    static final String SUBSCRIPTION = PACKAGE + "DurableSubscription";

    /** The store of a topic. */
    static final String TOPIC = STORE + "$LevelDBTopicMessageStore";

    /** The acknowledgement of a message of a topic in a transaction, made by {@code Transaction.updateAckPosition}. */
    static final String UPDATING = STORE + "$Transaction$$anon$5";

    /** {@code LevelDBStore.doStart}: what is done with an acknowledgement of a recovered branch for its subscription. */
    static final String RECOVERING = BranchFix.RECOVERING + "$$anonfun$apply$7";

    /** {@code DBManager.loadCollections}: what is done with one collection. */
    static final String LOADING = MANAGER + "$$anonfun$loadCollections$1";

    /** {@code LevelDBStore.getTopicGCPositions}: what is done with one topic. */
    static final String COLLECTING = STORE + "$$anonfun$getTopicGCPositions$1";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "durable-subscriptions",
                    Patch.Risk.MESSAGES,
                    "a durable subscription loses what it has not acknowledged when later messages are "
                            + "acknowledged first, as with a selector, expiry or single acknowledgements")
            .rewrites(SUBSCRIPTION, "4c7c7cc9441e65761a37010929c13bed81e1e4aaa6f1eea5d15ca8aaaf092a5e", SubscriptionFix::subscription)
            .rewrites(TOPIC, "80c199ecaa9c0da73af28d0f5f145279a3a934a8238135d3300421bd16de5301", SubscriptionFix::topic)
            .rewrites(UPDATING, "30020c19bc59df483eb7f7ca551eda7c6f257ce2557e715dcbbcb1fba08f3536", SubscriptionFix::updating)
            .rewrites(RECOVERING, "4f8cf6c177af422bf86a9e263f3c31e70898837f96d4a5d59a1470f99bef311d", SubscriptionFix::recovering)
            .rewrites(LOADING, "5590631aadb7b136852b69b06506d8a5d59da7ad6392cc51bc17f268be0e49bc", SubscriptionFix::loading)
            .rewrites(COLLECTING, "94344360028ac4f6d6718c45c7d09281b4bf2f62d9e6c582eaf377adbe0e7ee9", SubscriptionFix::collecting);

    private SubscriptionFix() {}

    /** Gives the record of a subscription a field, and makes it a {@link HoldsProgress}. */
    static byte[] subscription(byte[] original) {
        String type = "Ljava/lang/Object;";
        return implementing(original, "dev/mqha/patches/durable_subscriptions/HoldsProgress", made -> {
            made.visitField(Opcodes.ACC_PRIVATE | Opcodes.ACC_TRANSIENT, PROGRESS, type, null, null).visitEnd();
            method(made, "()" + type, code -> {
                code.visitFieldInsn(Opcodes.GETFIELD, SUBSCRIPTION, PROGRESS, type);
                code.visitInsn(Opcodes.ARETURN);
            });
            method(made, "(" + type + ")V", code -> {
                code.visitVarInsn(Opcodes.ALOAD, 1);
                code.visitFieldInsn(Opcodes.PUTFIELD, SUBSCRIPTION, PROGRESS, type);
                code.visitInsn(Opcodes.RETURN);
            });
        });
    }

    private static byte[] holdingStore(byte[] original) {
        String outer = TOPIC.replace('/', '$') + "$$$outer";
        return implementing(original, "dev/mqha/patches/durable_subscriptions/HoldsStore", made -> {
            MethodVisitor code = made.visitMethod(Opcodes.ACC_PUBLIC, "mqhaStore", "()L" + STORE + ";", null, null);
            code.visitCode();
            code.visitVarInsn(Opcodes.ALOAD, 0);
            code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, TOPIC, outer, "()L" + STORE + ";", false);
            code.visitInsn(Opcodes.ARETURN);
            code.visitMaxs(0, 0);
            code.visitEnd();
        });
    }

    /** Adds an interface to a class, and what it needs for it. */
    private static byte[] implementing(byte[] original, String type, Consumer<ClassVisitor> members) {
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        new ClassReader(original).accept(new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public void visit(int version, int access, String name, String signature, String parent, String[] interfaces) {
                String[] more = Arrays.copyOf(interfaces, interfaces.length + 1);
                more[interfaces.length] = type;
                super.visit(version, access, name, null, parent, more);
            }

            @Override
            public void visitEnd() {
                members.accept(cv);
                super.visitEnd();
            }
        }, 0);
        return writer.toByteArray();
    }

    /** An accessor of the field; the code finds the receiver on the stack. */
    private static void method(ClassVisitor made, String type, Consumer<MethodVisitor> body) {
        MethodVisitor code = made.visitMethod(Opcodes.ACC_PUBLIC, PROGRESS, type, null, null);
        code.visitCode();
        code.visitVarInsn(Opcodes.ALOAD, 0);
        body.accept(code);
        code.visitMaxs(0, 0);
        code.visitEnd();
    }

    /** Returns the mended form of {@code TOPIC}. @throws IllegalStateException where it is not that */
    static byte[] topic(byte[] original) {
        String context = "Lorg/apache/activemq/broker/ConnectionContext;";
        String command = "Lorg/apache/activemq/command/";
        String acknowledge = "(" + context + NAMES + command + "MessageId;" + command + "MessageAck;)V";
        String update = "(L" + PACKAGE + "DelayableUOW;L" + SUBSCRIPTION + ";J)Lscala/collection/mutable/ListBuffer;";
        return delegate("acknowledge", acknowledge, "acknowledge")
                .andThen(delegate("doUpdateAckPosition", update, "commit"))
                .andThen(delegate("recoverSubscription", "(" + NAMES + LISTENER + ")V", "recover"))
                .andThen(delegate("recoverNextMessages", "(" + NAMES + "I" + LISTENER + ")V", "page"))
                .andThen(delegate("getMessageCount", "(" + NAMES + ")I", "count"))
                .andThen(position("addSubscription", POSITION, "added", "L" + TOPIC + ";", null))
                .andThen(SubscriptionFix::holdingStore)
                .apply(original);
    }

    /** Returns the mended form of {@code UPDATING}. @throws IllegalStateException where it is not that */
    static byte[] updating(byte[] original) {
        return position("commit", "gcPosition_$eq", "committed", null, null)
                .andThen(position("prepare", POSITION, "prepare", null, null))
                .andThen(position("rollback", POSITION, "rollback", "J", "position$1"))
                .apply(original);
    }

    /** Returns the mended form of {@code RECOVERING}. @throws IllegalStateException where it is not that */
    static byte[] recovering(byte[] original) {
        return position(null, POSITION, "prepare", null, null).apply(original);
    }

    /** Returns the mended form of {@code LOADING}. @throws IllegalStateException where it is not that */
    static byte[] loading(byte[] original) {
        return position(null, POSITION, "loaded", "L" + MANAGER + ";", "$outer").apply(original);
    }

    /** Returns the mended form of {@code COLLECTING}. @throws IllegalStateException where it is not that */
    static byte[] collecting(byte[] original) {
        return Rewrite.redirect(TOPIC, "gcPosition", "()Lscala/Option;", "dev/mqha/patches/durable_subscriptions/HeldPositions", "gcPosition", TOPIC)
                .apply(original);
    }

    private static UnaryOperator<byte[]> delegate(String method, String type, String target) {
        return Rewrite.delegate(TOPIC, method, type, TARGET, target);
    }

    /**
     * Redirects the setter of a position.
     *
     * @param moreType of what is handed on as well; null for nothing
     * @param field of the receiver that holds it; null for the receiver itself
     */
    private static UnaryOperator<byte[]> position(
            String method, String setter, String target, String moreType, String field) {
        return original -> {
            String owner = new ClassReader(original).getClassName();
            return Rewrite.redirectWith(
                            method, SUBSCRIPTION, setter, "(J)V", TARGET, target, moreType == null ? "" : moreType, code -> {
                                if (moreType != null) {
                                    code.visitVarInsn(Opcodes.ALOAD, 0);
                                }
                                if (field != null) {
                                    code.visitFieldInsn(Opcodes.GETFIELD, owner, field, moreType);
                                }
                            })
                    .apply(original);
        };
    }
}
