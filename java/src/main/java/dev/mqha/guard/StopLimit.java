package dev.mqha.guard;

import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Gives the stop of a slave's store a limit.
 *
 * <p>{@code SlaveLevelDBStore.doStop} waits until its sessions have said that they are stopped. Where the
 * reconnect of a session that lost its master collides with the stop, nobody ever says so: the member
 * keeps position -1, and the election waits for it for ever. The master of these sessions is gone
 * by then, so after the limit the stop goes on without their answer.
 */
final class StopLimit extends ClassVisitor {
    static final String CLASS = "org/apache/activemq/leveldb/replicated/SlaveLevelDBStore";

    private static final String LATCH = "java/util/concurrent/CountDownLatch";
    private static final String UNIT = "java/util/concurrent/TimeUnit";
    private static final long SECONDS = 3;

    private int limited;

    private StopLimit(ClassVisitor next) {
        super(Opcodes.ASM9, next);
    }

    /**
     * Returns the mended form of the class.
     *
     * @throws IllegalStateException where doStop does not wait exactly once
     */
    static byte[] mend(byte[] original) {
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        StopLimit limit = new StopLimit(writer);
        new ClassReader(original).accept(limit, 0);
        if (limit.limited != 1) {
            throw new IllegalStateException("doStop waits " + limit.limited + " times, not once");
        }
        return writer.toByteArray();
    }

    @Override
    public MethodVisitor visitMethod(int access, String name, String type, String signature, String[] exceptions) {
        MethodVisitor next = super.visitMethod(access, name, type, signature, exceptions);
        if (!name.equals("doStop")) {
            return next;
        }
        return new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitMethodInsn(int opcode, String owner, String method, String descriptor, boolean inInterface) {
                if (!owner.equals(LATCH) || !method.equals("await") || !descriptor.equals("()V")) {
                    super.visitMethodInsn(opcode, owner, method, descriptor, inInterface);
                    return;
                }
                limited++;
                super.visitLdcInsn(SECONDS);
                super.visitFieldInsn(Opcodes.GETSTATIC, UNIT, "SECONDS", "L" + UNIT + ";");
                super.visitMethodInsn(opcode, owner, method, "(JL" + UNIT + ";)Z", inInterface);
                super.visitInsn(Opcodes.POP);
            }
        };
    }
}
