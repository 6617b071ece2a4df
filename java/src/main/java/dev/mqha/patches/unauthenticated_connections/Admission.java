package dev.mqha.patches.unauthenticated_connections;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Has a connection tell {@link Strangers} when it starts, when it has authenticated, and when it stops. */
public final class Admission {
    private static final String CLASS = Classes.CONNECTION.name();

    private static final String TARGET = "dev/mqha/patches/unauthenticated_connections/Strangers";
    private static final String TRANSPORT = "org/apache/activemq/transport/Transport";
    private static final String BROKER = "org/apache/activemq/broker/Broker";
    private static final String ADDED =
            "Lorg/apache/activemq/broker/ConnectionContext;Lorg/apache/activemq/command/ConnectionInfo;)V";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "unauthenticated-connections",
                    Patch.Risk.MEMORY,
                    "connections that do not authenticate have no limit, and may send frames as long as "
                            + "those of others")
            .rewrites(Classes.CONNECTION, Admission::mend);

    private Admission() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it is not the known one */
    static byte[] mend(byte[] original) {
        return Rewrite.times(3, original, "start, authentication or stop of a connection", Admission::told);
    }

    private static MethodVisitor told(String name, MethodVisitor next, Rewrite place) {
        return new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitCode() {
                super.visitCode();
                if (name.equals("doStop")) {
                    place.found();
                    visitVarInsn(Opcodes.ALOAD, 0);
                    call("forget", "(L" + CLASS + ";)V");
                }
            }

            @Override
            public void visitMethodInsn(int opcode, String owner, String method, String type, boolean inInterface) {
                if (name.equals("start") && owner.equals(TRANSPORT) && method.equals("start")) {
                    place.found();
                    visitVarInsn(Opcodes.ALOAD, 0);
                    call("start", "(L" + TRANSPORT + ";L" + CLASS + ";)V");
                } else if (owner.equals(BROKER) && method.equals("addConnection")) {
                    place.found();
                    call("admit", "(L" + BROKER + ";" + ADDED);
                } else {
                    super.visitMethodInsn(opcode, owner, method, type, inInterface);
                }
            }

            private void call(String target, String type) {
                super.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, target, type, false);
            }
        };
    }
}
