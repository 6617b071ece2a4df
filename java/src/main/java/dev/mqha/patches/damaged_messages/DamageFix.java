package dev.mqha.patches.damaged_messages;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import dev.mqha.patches.failed_replay.ReplayFix;
import org.objectweb.asm.Opcodes;

/** Sends the reading of messages to {@link LogRead}, which says why. */
public final class DamageFix {
    private static final String TARGET = "dev/mqha/patches/damaged_messages/LogRead";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "damaged-messages",
                    Patch.Risk.MESSAGES,
                    "a message that was changed on the disk is delivered as it is, or not at all, "
                            + "although another copy is whole")
            .needs(ReplayFix.PATCH)
            .rewrites(Classes.LOG, DamageFix::verify)
            .rewrites(Classes.CLIENT, DamageFix::read);

    private DamageFix() {}

    /** A log is opened, or has a new file. @throws IllegalStateException where that is not made at one place */
    static byte[] verify(byte[] original) {
        return Rewrite.returning("create_appender", Opcodes.ARETURN, code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 0);
                    String type = "(L" + Classes.LOG.name() + ";)V";
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "verify", type, false);
                })
                .apply(original);
    }

    /** A message is read. @throws IllegalStateException where it is not read once */
    static byte[] read(byte[] original) {
        return Rewrite.redirectWith(
                        "getMessage",
                        Classes.LOG.name(),
                        "read",
                        "(JI)Lscala/Option;",
                        TARGET,
                        "read",
                        "L" + Classes.CLIENT.name() + ";",
                        code -> code.visitVarInsn(Opcodes.ALOAD, 0))
                .apply(original);
    }
}
