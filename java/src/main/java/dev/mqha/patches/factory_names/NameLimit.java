package dev.mqha.patches.factory_names;

import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.Opcodes;

/** Has {@code FactoryFinder} ask {@link FactoryNames}, which says why. */
public final class NameLimit {
    static final String CLASS = "org/apache/activemq/util/FactoryFinder";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "factory-names",
                    Patch.Risk.OUTAGE,
                    "who has an account can have a broker load classes that are named in any file of the class path")
            .rewrites(CLASS, "7ac5fff4a1c6e3a95f9a0b123b85d7e835638b05e9ef3160f70235b33b0745b4", NameLimit::mend);

    private NameLimit() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it is not the known one */
    static byte[] mend(byte[] original) {
        return Rewrite.first("newInstance", code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 1);
                    String type = "(Ljava/lang/String;)Ljava/lang/String;";
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, "dev/mqha/patches/factory_names/FactoryNames", "plain", type, false);
                    code.visitVarInsn(Opcodes.ASTORE, 1);
                })
                .apply(original);
    }
}
