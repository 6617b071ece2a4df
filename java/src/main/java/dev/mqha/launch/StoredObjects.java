package dev.mqha.launch;

import java.io.ObjectInputFilter;

/**
 * Limits what a broker makes of serialized objects.
 *
 * <p>The index of the store holds some: sizes and names of queues, and the audit of producers
 * ({@code LevelDBClient.storeCounters}). A slave downloads that index from its master, and the store reads whatever class is
 * in there. So does STOMP with the body of an ObjectMessage, for who has an account.
 */
final class StoredObjects {
    /** What the JVM reads a filter of its own from, which then stands alone. */
    static final String PROPERTY = "jdk.serialFilter";

    /** What a store writes, and numbers, texts and truth values. The sizes are far beyond those of a large store. */
    static final String FILTER = String.join(
            ";",
            "maxdepth=20",
            "maxrefs=1000000",
            "maxbytes=67108864",
            "org.apache.activemq.leveldb.**",
            "org.apache.activemq.ActiveMQMessageAuditNoSync",
            "org.apache.activemq.ActiveMQMessageAudit",
            "org.apache.activemq.util.BitArrayBin",
            "org.apache.activemq.util.BitArray",
            "org.apache.activemq.util.LRUCache",
            "java.util.LinkedHashMap",
            "java.util.HashMap",
            "java.util.LinkedList",
            "java.util.Map$Entry",
            "java.lang.Number",
            "java.lang.Byte",
            "java.lang.Short",
            "java.lang.Integer",
            "java.lang.Long",
            "java.lang.Float",
            "java.lang.Double",
            "java.lang.Boolean",
            "java.lang.Character",
            "java.lang.String",
            "!*");

    private StoredObjects() {}

    /** Holds for the whole JVM from now on; where it was started with a filter that one does. */
    static void limit() {
        if (System.getProperty(PROPERTY) == null) {
            ObjectInputFilter.Config.setSerialFilter(ObjectInputFilter.Config.createFilter(FILTER));
        }
    }
}
