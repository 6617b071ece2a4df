package dev.mqha.guard;

import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Rewrites places in the methods of a class, mostly one, and makes sure that they are those that are known. */
public final class Rewrite {
    /** Makes the visitor of a method. */
    public interface Maker {
        /**
         * @param next where the rewritten method goes; to return it leaves the method as it is
         * @param place to be told when the place was found
         */
        MethodVisitor make(String name, MethodVisitor next, Rewrite place);
    }

    private int found;

    private Rewrite() {}

    /** The place was found. */
    public void found() {
        found++;
    }

    /**
     * Returns the rewritten form of a class.
     *
     * @param what the place, for the message
     * @throws IllegalStateException where the place was not found exactly once
     */
    public static byte[] once(byte[] original, String what, Maker maker) {
        return times(1, original, what, maker);
    }

    /**
     * Returns the rewritten form of a class in which there are several such places.
     *
     * @throws IllegalStateException where there are more or fewer
     */
    public static byte[] times(int times, byte[] original, String what, Maker maker) {
        Rewrite place = new Rewrite();
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        new ClassReader(original).accept(new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public MethodVisitor visitMethod(int access, String name, String type, String signature, String[] throwing) {
                MethodVisitor next = super.visitMethod(access, name, type, signature, throwing);
                // Bridges only hand on to the method that does the work.
                return (access & Opcodes.ACC_BRIDGE) != 0 ? next : maker.make(name, next, place);
            }
        }, 0);
        if (place.found != times) {
            throw new IllegalStateException(what + " was found " + place.found + " times, not " + times);
        }
        return writer.toByteArray();
    }

    /**
     * Replaces the one call of a method by one of a static method, which takes the receiver first.
     *
     * @param receiver the class of that first argument
     */
    public static UnaryOperator<byte[]> redirect(
            String owner, String name, String type, String targetClass, String target, String receiver) {
        return call(owner, name, type, targetClass, target, "(L" + receiver + ";" + type.substring(1));
    }

    /** Replaces the one call of a static method by one of another. */
    public static UnaryOperator<byte[]> replace(String owner, String name, String type, String targetClass, String target) {
        return call(owner, name, type, targetClass, target, type);
    }

    /**
     * Replaces the one call of a method by one of a static method, which takes the receiver, the arguments, and more.
     *
     * @param more puts the rest of what the static method takes on the stack
     * @param told its type
     */
    public static UnaryOperator<byte[]> told(
            String owner, String name, String type, Consumer<MethodVisitor> more, String targetClass, String target, String told) {
        return call(null, owner, name, type, targetClass, target, told, more);
    }

    /** Gives the one method of a name, which has no result, another body. @param body what is written there */
    public static UnaryOperator<byte[]> instead(String name, Consumer<MethodVisitor> body) {
        return original -> once(original, name, (in, next, place) -> {
            if (!in.equals(name)) {
                return next;
            }
            place.found();
            next.visitCode();
            body.accept(next);
            next.visitInsn(Opcodes.RETURN);
            next.visitMaxs(0, 0);
            next.visitEnd();
            return null;
        });
    }

    /**
     * Replaces the one call of a method by one of a static method, which takes the receiver first and one thing more last.
     *
     * @param in the only method whose calls are meant; null for all
     * @param more loads it
     * @param moreType its descriptor
     */
    public static UnaryOperator<byte[]> redirectWith(
            String in,
            String owner,
            String name,
            String type,
            String targetClass,
            String target,
            String moreType,
            Consumer<MethodVisitor> more) {
        String targetType = "(L" + owner + ";" + type.substring(1).replace(")", moreType + ")");
        return call(in, owner, name, type, targetClass, target, targetType, more);
    }

    /** Gives a method another body, which calls a static method with the receiver, all arguments, and its result. */
    public static UnaryOperator<byte[]> delegate(String className, String method, String type, String targetClass, String target) {
        return original -> once(original, method, (in, next, place) -> {
            if (!in.equals(method)) {
                return next;
            }
            place.found();
            int slot = 0;
            next.visitCode();
            next.visitVarInsn(Opcodes.ALOAD, slot++);
            for (Type argument : Type.getArgumentTypes(type)) {
                next.visitVarInsn(argument.getOpcode(Opcodes.ILOAD), slot);
                slot += argument.getSize();
            }
            next.visitMethodInsn(
                    Opcodes.INVOKESTATIC, targetClass, target, "(L" + className + ";" + type.substring(1), false);
            next.visitInsn(Type.getReturnType(type).getOpcode(Opcodes.IRETURN));
            next.visitMaxs(0, 0);
            next.visitEnd();
            return null;
        });
    }

    /** Calls something of ours before all else in the one method of a name. @param call what is written there */
    public static UnaryOperator<byte[]> first(String name, Consumer<MethodVisitor> call) {
        return original -> once(original, name, (in, next, place) -> !in.equals(name) ? next : new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitCode() {
                super.visitCode();
                place.found();
                call.accept(mv);
            }
        });
    }

    /**
     * Calls a static method before all else in the one method of a name, with the first of its arguments.
     *
     * @param first the local variable that the static method takes first; 0 is the receiver
     * @param last the one that it takes last; all are references
     */
    public static UnaryOperator<byte[]> firstWith(
            String name, int first, int last, String targetClass, String target, String type) {
        return first(name, method -> {
            for (int slot = first; slot <= last; slot++) {
                method.visitVarInsn(Opcodes.ALOAD, slot);
            }
            method.visitMethodInsn(Opcodes.INVOKESTATIC, targetClass, target, type, false);
        });
    }

    /**
     * Makes objects of another class, which extends the one that is meant.
     *
     * @param times how many places make one
     * @param in the only method that is meant; null for all
     */
    public static UnaryOperator<byte[]> made(int times, String in, String className, String target) {
        return original -> times(times, original, "a new " + className, (name, next, place) ->
                in != null && !in.equals(name) ? next : new MethodVisitor(Opcodes.ASM9, next) {
                    @Override
                    public void visitTypeInsn(int opcode, String type) {
                        boolean meant = opcode == Opcodes.NEW && type.equals(className);
                        super.visitTypeInsn(opcode, meant ? target : type);
                    }

                    @Override
                    public void visitMethodInsn(int opcode, String owner, String method, String type, boolean inInterface) {
                        boolean meant = opcode == Opcodes.INVOKESPECIAL && owner.equals(className);
                        if (meant) {
                            place.found();
                        }
                        super.visitMethodInsn(opcode, meant ? target : owner, method, type, inInterface);
                    }
                });
    }

    /** Calls something of ours before the one method of a name returns, which has no result. */
    public static UnaryOperator<byte[]> last(String name, Consumer<MethodVisitor> call) {
        return returning(name, Opcodes.RETURN, call);
    }

    /** Calls something of ours before the one method of a name returns, at one place. @param opcode its return */
    public static UnaryOperator<byte[]> returning(String name, int opcode, Consumer<MethodVisitor> call) {
        return original -> once(original, name, (in, next, place) -> !in.equals(name) ? next : new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitInsn(int code) {
                if (code == opcode) {
                    place.found();
                    call.accept(mv);
                }
                super.visitInsn(code);
            }
        });
    }

    private static UnaryOperator<byte[]> call(
            String owner, String name, String type, String targetClass, String target, String targetType) {
        return call(null, owner, name, type, targetClass, target, targetType, nothing -> {});
    }

    private static UnaryOperator<byte[]> call(
            String within,
            String owner,
            String name,
            String type,
            String targetClass,
            String target,
            String targetType,
            Consumer<MethodVisitor> more) {
        return original -> once(original, name, (in, next, place) -> new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitMethodInsn(int opcode, String o, String method, String t, boolean inInterface) {
                boolean meant = within == null || within.equals(in);
                if (meant && o.equals(owner) && method.equals(name) && t.equals(type)) {
                    place.found();
                    more.accept(mv);
                    super.visitMethodInsn(Opcodes.INVOKESTATIC, targetClass, target, targetType, false);
                } else {
                    super.visitMethodInsn(opcode, o, method, t, inInterface);
                }
            }
        });
    }

    /** Surrounds a method without arguments, results and handlers of its own with code. */
    public abstract static class Around extends MethodVisitor {
        private final String className;
        private final Rewrite place;
        private final Label begin = new Label();
        private final Label end = new Label();

        protected Around(String className, MethodVisitor next, Rewrite place) {
            super(Opcodes.ASM9, next);
            this.className = className;
            this.place = place;
        }

        /** Before all else. */
        protected void before() {}

        /** Before it returns. */
        protected void after() {}

        /** When it has thrown what is on the stack; ends the method. */
        protected abstract void failed();

        @Override
        public final void visitCode() {
            super.visitCode();
            place.found();
            before();
            visitLabel(begin);
        }

        @Override
        public final void visitInsn(int opcode) {
            if (opcode == Opcodes.RETURN) {
                after();
            }
            super.visitInsn(opcode);
        }

        @Override
        public final void visitMaxs(int maxStack, int maxLocals) {
            visitLabel(end);
            visitTryCatchBlock(begin, end, end, null);
            visitFrame(Opcodes.F_FULL, 1, new Object[] {className}, 1, new Object[] {"java/lang/Throwable"});
            failed();
            super.visitMaxs(maxStack, maxLocals);
        }
    }
}
