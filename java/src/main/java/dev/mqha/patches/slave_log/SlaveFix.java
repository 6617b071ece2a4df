package dev.mqha.patches.slave_log;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Sends what a slave does with its log to {@link SlaveLog} and its neighbours, which say why. */
public final class SlaveFix {
    private static final String STORE = Classes.SLAVE_STORE.name();
    static final String SESSION = STORE + "$Session";

    /** {@code transfer_missing}: what asks for the files. */
    static final String TRANSFER = STORE + "$$anonfun$transfer_missing$2";

    /** {@code transfer_missing}: what is done about a file of the log. */
    static final String FILE = TRANSFER + "$$anonfun$apply$11";

    /** {@code transfer_missing}: what is done when the files are there. */
    static final String ATTACHED = TRANSFER + "$$anonfun$apply$18";

    private static final String RICH_FILE = "org/apache/activemq/leveldb/util/FileSupport$RichFile";
    private static final String CLIENT = Classes.CLIENT.name();
    private static final String SUPPORT = Classes.SUPPORT.name();
    private static final String LOG = "dev/mqha/patches/slave_log/SlaveLog";
    private static final String ATTACH = "dev/mqha/patches/slave_log/SlaveAttach";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "slave-log",
                    Patch.Risk.MESSAGES,
                    "a slave can read its log in the wrong places once its master has begun a new file, "
                            + "and takes what is sent again after a failover for duplicates")
            .rewrites(Classes.SLAVE_STORE, SlaveFix::begin)
            .rewrites(Classes.SLAVE_LOGIN, SlaveFix::stash)
            .rewrites(Classes.SLAVE_SYNC, SlaveFix::frames)
            .rewrites(TRANSFER, "5609ff925923812d1a1961885be788a2d2b9595b93904099d6a35b875526ecd6", SlaveFix::complete)
            .rewrites(FILE, "5bb6e5ee9021e89f454bbf6615c80ed8c417b0710c4565e8522d05c8f6107ee8", SlaveFix::reuse)
            .rewrites(ATTACHED, "987138ff23842310881c2fef2bc4d59adfb7cb7dc854c7c5815d72e137a0d483", SlaveFix::open)
            .rewrites(Classes.SLAVE_REPLAY, SlaveFix::replay)
            .rewrites(SESSION, "5e0406d423a58e887a15a0b1e8b53064ff2f13e0d04d7c44a4948ce34c30e1f6", SlaveFix::refused);

    private SlaveFix() {}

    /** {@code STORE}: each attach begins anew. */
    static byte[] begin(byte[] original) {
        return Rewrite.first("start_slave_connections", code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 0);
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, ATTACH, "begin", "(L" + STORE + ";)V", false);
                })
                .apply(original);
    }

    /** {@code LOGIN}: a stash that is there already is the better one. */
    static byte[] stash(byte[] original) {
        return Rewrite.redirect(SUPPORT, "stash", "(Ljava/io/File;)V", ATTACH, "stash", SUPPORT)
                .apply(original);
    }

    /** {@code SYNC}: frames of the log. */
    static byte[] frames(byte[] original) {
        String type = "(L" + SESSION + ";)Lscala/Function1;";
        return Rewrite.redirect(STORE, "wal_handler", type, ATTACH, "frames", STORE)
                .apply(original);
    }

    /** {@code TRANSFER}: the last step. */
    static byte[] complete(byte[] original) {
        String arguments = "Lorg/fusesource/hawtbuf/AsciiBuffer;Ljava/lang/Object;Lscala/Function1;";
        String told = "(L" + SESSION + ";" + arguments + "L" + STORE + ";)V";
        return Rewrite.told(SESSION, "request_then", "(" + arguments + ")V", SlaveFix::storeOfTransfer, ATTACH, "complete", told)
                .apply(original);
    }

    /** {@code FILE}: what is taken from the files that were set aside. */
    static byte[] reuse(byte[] original) {
        return Rewrite.redirect(RICH_FILE, "copyTo", "(Ljava/io/File;)J", ATTACH, "reuse", RICH_FILE)
                .apply(original);
    }

    /** {@code ATTACHED}: where the log is opened. */
    static byte[] open(byte[] original) {
        return Rewrite.redirect(STORE, "wal_append_offset", "()J", ATTACH, "offset", STORE)
                .apply(original);
    }

    /** {@code REPLAY}: how far it is replayed. */
    static byte[] replay(byte[] original) {
        return Rewrite.redirect(CLIENT, "replay_from", "(JJZ)V", LOG, "replay", CLIENT)
                .apply(original);
    }

    /** {@code SESSION}: what the master refuses. */
    static byte[] refused(byte[] original) {
        return Rewrite.first("fail", code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 0);
                    code.visitFieldInsn(Opcodes.GETFIELD, SESSION, "$outer", "L" + STORE + ";");
                    code.visitVarInsn(Opcodes.ALOAD, 1);
                    String type = "(L" + STORE + ";Ljava/lang/String;)V";
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, ATTACH, "refused", type, false);
                })
                .apply(original);
    }

    private static void storeOfTransfer(MethodVisitor code) {
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitFieldInsn(Opcodes.GETFIELD, TRANSFER, "$outer", "L" + STORE + ";");
    }
}
