package dev.mqha.guard;

import java.util.function.UnaryOperator;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Replaces the making of objects by calls of a factory. */
public final class Construction {
    private Construction() {}

    /**
     * Calls a static method in the place of {@code new}, with the arguments of the constructor.
     *
     * @param times how many places make one
     * @param className what is made; the result of the static method
     * @param type of the constructor
     */
    public static UnaryOperator<byte[]> by(int times, String className, String type, String targetClass, String target) {
        String result = type.substring(0, type.length() - 1) + "L" + className + ";";
        return original -> Rewrite.times(times, original, "a new " + className, (name, next, place) ->
                new MethodVisitor(Opcodes.ASM9, next) {
                    private boolean isNew;

                    @Override
                    public void visitTypeInsn(int opcode, String made) {
                        isNew = opcode == Opcodes.NEW && made.equals(className);
                        if (!isNew) {
                            super.visitTypeInsn(opcode, made);
                        }
                    }

                    @Override
                    public void visitInsn(int opcode) {
                        // A compiler keeps what is new with a copy of it, and gives one of both to the constructor.
                        if (isNew && opcode == Opcodes.DUP) {
                            isNew = false;
                        } else {
                            super.visitInsn(opcode);
                        }
                    }

                    @Override
                    public void visitMethodInsn(int opcode, String owner, String method, String called, boolean inInterface) {
                        boolean meant = opcode == Opcodes.INVOKESPECIAL && owner.equals(className)
                                && method.equals("<init>") && called.equals(type);
                        if (meant) {
                            place.found();
                            super.visitMethodInsn(Opcodes.INVOKESTATIC, targetClass, target, result, false);
                        } else {
                            super.visitMethodInsn(opcode, owner, method, called, inInterface);
                        }
                    }
                });
    }
}
