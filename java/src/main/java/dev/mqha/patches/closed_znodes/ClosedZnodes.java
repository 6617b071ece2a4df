package dev.mqha.patches.closed_znodes;

import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Has the store make its znodes by {@link ZnodeAccess}, which says why. */
public final class ClosedZnodes {
    static final String CLASS = "org/apache/activemq/leveldb/replicated/groups/ZKClient";

    private static final String ZOOKEEPER = "org/linkedin/zookeeper/client/IZooKeeper";
    private static final String CREATE =
            "(Ljava/lang/String;[BLjava/util/List;Lorg/apache/zookeeper/CreateMode;)Ljava/lang/String;";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "closed-znodes",
                    Patch.Risk.MESSAGES,
                    "anybody who can reach ZooKeeper can change who is elected, and has every broker give up its messages "
                            + "for those of another machine")
            .rewrites(CLASS, "23023da13dc9bb3917201daada25e16caf319ebf43460d2223e8d097a94ef030", ClosedZnodes::mend);

    private ClosedZnodes() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it does not make znodes at two places */
    static byte[] mend(byte[] original) {
        return Rewrite.times(2, original, "a new znode", (in, next, place) -> new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitMethodInsn(int opcode, String owner, String name, String type, boolean inInterface) {
                if (owner.equals(ZOOKEEPER) && name.equals("create") && type.equals(CREATE)) {
                    place.found();
                    super.visitMethodInsn(
                            Opcodes.INVOKESTATIC,
                            "dev/mqha/patches/closed_znodes/ZnodeAccess",
                            "create",
                            "(L" + ZOOKEEPER + ";" + CREATE.substring(1),
                            false);
                } else {
                    super.visitMethodInsn(opcode, owner, name, type, inInterface);
                }
            }
        });
    }
}
