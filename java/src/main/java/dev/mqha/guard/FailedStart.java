package dev.mqha.guard;

import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Ends the broker when the start of its store fails after an election.
 *
 * <p>{@code ElectingLevelDBStore.start_master} and {@code start_slave} start the store in a task whose
 * failure nobody sees: the elected member keeps its place and never serves, and a slave keeps
 * position -1, so that the election waits for it for ever. A broker that ends instead leaves its place
 * to another, and can be started again.
 */
final class FailedStart extends ClassVisitor {
    static final String MASTER = "org/apache/activemq/leveldb/replicated/ElectingLevelDBStore$$anonfun$start_master$1";
    static final String SLAVE = "org/apache/activemq/leveldb/replicated/ElectingLevelDBStore$$anonfun$start_slave$1";

    /** In our own jar, which stands on the class path of every broker. */
    private static final String FATAL = "dev/mqha/store/Fatal";

    private static final String TASK = "apply$mcV$sp";

    private String className;
    private boolean mended;

    private FailedStart(ClassVisitor next) {
        super(Opcodes.ASM9, next);
    }

    /**
     * Returns the mended form of the class.
     *
     * @throws IllegalStateException where the class is no such task
     */
    static byte[] mend(byte[] original) {
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        FailedStart fix = new FailedStart(writer);
        new ClassReader(original).accept(fix, 0);
        if (!fix.mended) {
            throw new IllegalStateException("the class has no method " + TASK);
        }
        return writer.toByteArray();
    }

    @Override
    public void visit(int version, int access, String name, String signature, String parent, String[] interfaces) {
        className = name;
        super.visit(version, access, name, signature, parent, interfaces);
    }

    @Override
    public MethodVisitor visitMethod(int access, String name, String type, String signature, String[] exceptions) {
        MethodVisitor next = super.visitMethod(access, name, type, signature, exceptions);
        if (!name.equals(TASK)) {
            return next;
        }
        mended = true;
        return new MethodVisitor(Opcodes.ASM9, next) {
            private final Label begin = new Label();
            private final Label end = new Label();

            @Override
            public void visitCode() {
                super.visitCode();
                visitLabel(begin);
            }

            @Override
            public void visitMaxs(int maxStack, int maxLocals) {
                visitLabel(end);
                visitTryCatchBlock(begin, end, end, null);
                visitFrame(Opcodes.F_FULL, 1, new Object[] {className}, 1, new Object[] {"java/lang/Throwable"});
                visitMethodInsn(Opcodes.INVOKESTATIC, FATAL, "storeFailed", "(Ljava/lang/Throwable;)V", false);
                visitInsn(Opcodes.RETURN);
                super.visitMaxs(maxStack, maxLocals);
            }
        };
    }
}
