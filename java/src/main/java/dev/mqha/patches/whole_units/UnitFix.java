package dev.mqha.patches.whole_units;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import java.util.function.UnaryOperator;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Sends calls of the store's classes to {@link UnitOfWork}, which says why. */
public final class UnitFix {
    private static final String STORE = "org/apache/activemq/leveldb/";
    private static final String CLIENT = Classes.CLIENT.name();
    private static final String LOG = Classes.LOG.name();
    private static final String APPENDER = LOG + "$LogAppender";
    private static final String TARGET = "dev/mqha/patches/whole_units/UnitOfWork";

    /** {@code LevelDBClient.store}: the block that appends the units. */
    static final String STORING = CLIENT + "$$anonfun$store$1$$anonfun$apply$mcV$sp$14";

    /** {@code RecordLog.appender}: the block that appends UOW_END. */
    static final String ENDING = LOG + "$$anonfun$appender$1";

    /** The client of a slave, made by {@code SlaveLevelDBStore.createClient}. */
    static final String SLAVE = STORE + "replicated/SlaveLevelDBStore$$anon$1";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "whole-units",
                    Patch.Risk.MESSAGES,
                    "a master that is killed or demoted while it waits for its slaves loses messages that "
                            + "were acknowledged, and a slave that starts again from its own snapshot does")
            .rewrites(STORING, "e9806dd79b885248fcf8399bf028b1c7918102dc7492bad581ee947c429c38f3", UnitFix::store)
            .rewrites(ENDING, "c8200995d3c5cc2890ea65a331b25698fce6396da4b6a68865e524b93de78162", UnitFix::end)
            .rewrites(Classes.REPLAYING, UnitFix::replay)
            .rewrites(SLAVE, "e2df297e5a1b641cd0d04e024f62396b452e7528ecf5e31403c412abe65b9807", UnitFix::snapshot);

    private UnitFix() {}

    static byte[] store(byte[] original) {
        return redirect(APPENDER, "force", "()V", "force").apply(original);
    }

    static byte[] replay(byte[] original) {
        return redirect(CLIENT, "replay_write_batch_$eq", "(Lorg/iq80/leveldb/WriteBatch;)V", "written")
                .andThen(redirect(CLIENT, "indexRecoveryPosition_$eq", "(J)V", "advance"))
                .apply(original);
    }

    static byte[] snapshot(byte[] original) {
        return redirect(SLAVE, "indexRecoveryPosition", "()J", "position").apply(original);
    }

    /** Tells of the end of every unit, before the block returns. */
    static byte[] end(byte[] original) {
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
