package dev.mqha.rig;

import java.nio.charset.StandardCharsets;
import javax.transaction.xa.Xid;

/** The name of a branch of an XA transaction: a word. */
public record Branch(String name) implements Xid {
    /** Reads the word of a branch that a broker has recovered. */
    public static Branch of(Xid xid) {
        return new Branch(new String(xid.getGlobalTransactionId(), StandardCharsets.UTF_8));
    }

    @Override
    public int getFormatId() {
        return 13;
    }

    @Override
    public byte[] getGlobalTransactionId() {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] getBranchQualifier() {
        return new byte[] {1};
    }
}
