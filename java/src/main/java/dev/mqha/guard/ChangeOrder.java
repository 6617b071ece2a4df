package dev.mqha.guard;

import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Lets the elector take the members of the group and act on them in one step.
 *
 * <p>Two threads report changes: ZooKeeper's event thread and the dispatcher that rebuilds the tree.
 * Each reads the group's members first and takes the elector's lock afterwards, so the one that read
 * earlier may come later, and the elector is left with members of the past until the next change.
 * With the lock taken before the read, whoever comes last has read last. See {@code changed} in
 * replicated/groups/ClusteredSingleton.scala.
 */
final class ChangeOrder extends ClassVisitor {
    static final String CLASS = "org/apache/activemq/leveldb/replicated/groups/ClusteredSingletonWatcher$$anon$2";

    private static final String ELECTOR = "org/apache/activemq/leveldb/replicated/groups/ClusteredSingletonWatcher";

    private boolean ordered;

    private ChangeOrder(ClassVisitor next) {
        super(Opcodes.ASM9, next);
    }

    /**
     * Returns the mended form of the class.
     *
     * @throws IllegalStateException where the class has no such method
     */
    static byte[] mend(byte[] original) {
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        ChangeOrder order = new ChangeOrder(writer);
        new ClassReader(original).accept(order, 0);
        if (!order.ordered) {
            throw new IllegalStateException("the class has no method changed()");
        }
        return writer.toByteArray();
    }

    @Override
    public MethodVisitor visitMethod(int access, String name, String type, String signature, String[] exceptions) {
        MethodVisitor next = super.visitMethod(access, name, type, signature, exceptions);
        if (!name.equals("changed") || !type.equals("()V")) {
            return next;
        }
        ordered = true;
        return new MethodVisitor(Opcodes.ASM9, next) {
            private final Label begin = new Label();
            private final Label end = new Label();

            @Override
            public void visitCode() {
                super.visitCode();
                lock(Opcodes.MONITORENTER);
                visitLabel(begin);
            }

            @Override
            public void visitInsn(int opcode) {
                if (opcode == Opcodes.RETURN) {
                    visitLabel(end);
                    lock(Opcodes.MONITOREXIT);
                }
                super.visitInsn(opcode);
            }

            @Override
            public void visitMaxs(int maxStack, int maxLocals) {
                Label failed = new Label();
                visitTryCatchBlock(begin, end, failed, null);
                visitLabel(failed);
                visitFrame(Opcodes.F_FULL, 1, new Object[] {CLASS}, 1, new Object[] {"java/lang/Throwable"});
                lock(Opcodes.MONITOREXIT);
                super.visitInsn(Opcodes.ATHROW);
                super.visitMaxs(maxStack, maxLocals);
            }

            private void lock(int opcode) {
                visitVarInsn(Opcodes.ALOAD, 0);
                visitFieldInsn(Opcodes.GETFIELD, CLASS, "$outer", "L" + ELECTOR + ";");
                super.visitInsn(opcode);
            }
        };
    }
}
