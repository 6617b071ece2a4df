package dev.mqha.patches.long_file_list;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Has the codec of the replication ask {@link SyncAnswer} how long a frame may be. */
public final class FileList {
    private static final String CODEC = Classes.CODEC.name();

    /** What reads the body of a frame. */
    static final String BODY = CODEC + "$$anon$2";

    private static final String READ_UNTIL = "(L" + CODEC + ";Ljava/lang/Byte;I)Lorg/fusesource/hawtbuf/Buffer;";
    private static final String TARGET = "dev/mqha/patches/long_file_list/SyncAnswer";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "long-file-list",
                    Patch.Risk.OUTAGE,
                    "no slave can attach to a master whose log and index have some 800 files or more")
            .rewrites(Classes.CODEC, FileList::write)
            .rewrites(BODY, "9935380b568fde0ea358abc9e8a8b97e43bbfcdd2a0f12e1b9e7b049dab30666", FileList::read);

    private FileList() {}

    /** Returns the mended form of the codec. @throws IllegalStateException where it does not encode in one method */
    static byte[] write(byte[] original) {
        return Rewrite.once(original, "encode", (name, next, place) -> name.equals("encode") ? told(next, place) : next);
    }

    /** Returns the mended form of what reads a body. @throws IllegalStateException where it does not read exactly once */
    static byte[] read(byte[] original) {
        return Rewrite.once(original, "the read of a body", (name, next, place) ->
                name.equals("apply") ? asking(next, place) : next);
    }

    /** The limit lies on top of the stack. */
    private static MethodVisitor asking(MethodVisitor next, Rewrite place) {
        return new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitMethodInsn(int opcode, String owner, String method, String type, boolean inInterface) {
                if (owner.equals(CODEC) && method.equals("protected$readUntil") && type.equals(READ_UNTIL)) {
                    place.found();
                    super.visitVarInsn(Opcodes.ALOAD, 0);
                    super.visitFieldInsn(Opcodes.GETFIELD, BODY, "$outer", "L" + CODEC + ";");
                    super.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "limit", "(IL" + CODEC + ";)I", false);
                }
                super.visitMethodInsn(opcode, owner, method, type, inInterface);
            }
        };
    }

    private static MethodVisitor told(MethodVisitor next, Rewrite place) {
        return new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitCode() {
                super.visitCode();
                place.found();
                super.visitVarInsn(Opcodes.ALOAD, 0);
                super.visitVarInsn(Opcodes.ALOAD, 1);
                super.visitMethodInsn(
                        Opcodes.INVOKESTATIC, TARGET, "encoding", "(L" + CODEC + ";Ljava/lang/Object;)V", false);
            }
        };
    }
}
