package dev.mqha.patches.whole_units;

import dev.mqha.guard.Rewrite;
import java.util.function.UnaryOperator;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Sends calls of the store's classes to {@code dev.mqha.patches.whole_units.UnitOfWork}, which says why. */
public final class UnitFix {
    private static final String STORE = "org/apache/activemq/leveldb/";
    public static final String CLIENT = STORE + "LevelDBClient";
    private static final String LOG = STORE + "RecordLog";
    private static final String APPENDER = LOG + "$LogAppender";
    private static final String TARGET = "dev/mqha/patches/whole_units/UnitOfWork";

    /** {@code LevelDBClient.store}: the block that appends the units. */
    public static final String STORING = CLIENT + "$$anonfun$store$1$$anonfun$apply$mcV$sp$14";

    /** {@code RecordLog.appender}: the block that appends UOW_END. */
    public static final String ENDING = LOG + "$$anonfun$appender$1";

    /** {@code LevelDBClient.replay_from}: what is done with one record. */
    public static final String REPLAYING = CLIENT + "$$anonfun$replay_from$1$$anonfun$apply$mcV$sp$4";

    /** The client of a slave, made by {@code SlaveLevelDBStore.createClient}. */
    public static final String SLAVE = STORE + "replicated/SlaveLevelDBStore$$anon$1";

    private UnitFix() {}

    public static byte[] store(byte[] original) {
        return redirect(APPENDER, "force", "()V", "force").apply(original);
    }

    public static byte[] replay(byte[] original) {
        return redirect(CLIENT, "replay_write_batch_$eq", "(Lorg/iq80/leveldb/WriteBatch;)V", "written")
                .andThen(redirect(CLIENT, "indexRecoveryPosition_$eq", "(J)V", "advance"))
                .apply(original);
    }

    public static byte[] snapshot(byte[] original) {
        return redirect(SLAVE, "indexRecoveryPosition", "()J", "position").apply(original);
    }

    /** Tells of the end of every unit, before the block returns. */
    public static byte[] end(byte[] original) {
        return Rewrite.once(original, "the end", (name, next, place) -> new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitInsn(int opcode) {
                if (opcode == Opcodes.ARETURN) {
                    place.found();
                    visitVarInsn(Opcodes.ALOAD, 0);
                    visitFieldInsn(Opcodes.GETFIELD, ENDING, "$outer", "L" + LOG + ";");
                    visitMethodInsn(Opcodes.INVOKEVIRTUAL, LOG, "current_appender", "()L" + APPENDER + ";", false);
                    visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "ended", "(L" + APPENDER + ";)V", false);
                }
                super.visitInsn(opcode);
            }
        });
    }

    private static UnaryOperator<byte[]> redirect(String owner, String name, String type, String target) {
        String receiver = owner.equals(SLAVE) ? CLIENT : owner;
        return Rewrite.redirect(owner, name, type, TARGET, target, receiver);
    }
}
