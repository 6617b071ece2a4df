package dev.mqha.guard;

/** The classes that several patches rewrite; a class that only one does stands with it. */
public final class Classes {
    private static final String STORE = "org/apache/activemq/leveldb/";
    private static final String SLAVES = STORE + "replicated/SlaveLevelDBStore";
    private static final String CURSORS = "org/apache/activemq/broker/region/cursors/";
    private static final String TRANSPORT = "org/apache/activemq/transport/";

    /** Reads and writes log and index. */
    public static final Target CLIENT = new Target(
            STORE + "LevelDBClient", "18d179c73cba9d50faf86f048eb0edfcdf1efecdd61e5135b67dcff3fc228f47");

    /** The log of a store. */
    public static final Target LOG = new Target(
            STORE + "RecordLog", "e40b8ec4bb5226993493737eb73f348513db455a1f15328e09ad99261839907e");

    /** {@code LevelDBClient.replay_from}: what is done with one record. */
    public static final Target REPLAYING = new Target(
            CLIENT.name() + "$$anonfun$replay_from$1$$anonfun$apply$mcV$sp$4",
            "e5e577bca1a6dbbd502f010a021aa86b633a2ad5ca833af19f89db82d49bc86f");

    /** A unit of work of the store. */
    public static final Target UNIT = new Target(
            STORE + "DelayableUOW", "57bf5bfe1fefbc76faa4d293b353a569aa883c9dd218d04b4406e852aa048295");

    /** The store of a queue. */
    public static final Target QUEUE_STORE = new Target(
            STORE + "LevelDBStore$LevelDBMessageStore",
            "1832eb561f96494e8aa46b5278ab2eb7d6e68be89ca7918cfe206df2ba0089d5");

    /** The store of a slave. */
    public static final Target SLAVE_STORE =
            new Target(SLAVES, "3e29415c1ff816d0c9113289daf57bfc8d150a3c735a871cae2de8b171524f00");

    /** {@code SlaveLevelDBStore.start_slave_connections}: what is done when the master has let the slave in. */
    public static final Target SLAVE_LOGIN = new Target(
            SLAVES + "$$anonfun$start_slave_connections$2",
            "ca3ac38c2d4fe3dc605aef5609e125e7eb45adfc3307c5b76a76b031265cd370");

    /** {@code start_slave_connections}: what is done with the master's list of files. */
    public static final Target SLAVE_SYNC = new Target(
            SLAVE_LOGIN.name() + "$$anonfun$apply$7",
            "c687f4d0cc666c3f9c8030174edc39f0ccaa9d795e1ddd3c212d39438902c3ea");

    /** {@code SlaveLevelDBStore.transfer_missing}: what opens the index that a slave has downloaded. */
    public static final Target SLAVE_OPENING = new Target(
            SLAVES + "$$anonfun$transfer_missing$2$$anonfun$apply$18$$anonfun$apply$4",
            "764650b9211e0ffd98088a926a7eb6c1539b26aaef67857ca5cbb9bb17b39bc3");

    /** {@code SlaveLevelDBStore.send_wal_ack}: the task that replays. */
    public static final Target SLAVE_REPLAY = new Target(
            SLAVES + "$$anonfun$send_wal_ack$1", "69362f70123f0f4626d432c6eeade2b1b09a6529b171566ec8e87723c43a6f72");

    /** A connection of a slave to its master, at the master. */
    public static final Target MASTER_SESSION = new Target(
            STORE + "replicated/MasterLevelDBStore$Session",
            "3229e3966f8945fc2e6dbc025008b8f11c8f1f4484d3e8d5f64fb2c2f21b3043");

    /** Sets a store's files aside, and puts them back. */
    public static final Target SUPPORT = new Target(
            STORE + "replicated/ReplicationSupport$",
            "19f3e53240170da91a918edc7282908c32cf9edf786045bffaf51a870c292863");

    /** Writes what master and slave send one another. */
    public static final Target CODEC = new Target(
            STORE + "replicated/ReplicationProtocolCodec",
            "48311ab40ecb90a2596713aae90337d0f4292975e92d41a5eb983a5fe02c9363");

    /** A cursor over what is in a store. */
    public static final Target STORE_CURSOR = new Target(
            CURSORS + "AbstractStoreCursor", "76246a46568cf2f6a26e3b18d9fe35c53008a26cc3f67db8d8a7e96b4170e866");

    /** A cursor over what is not persistent, in memory or on disk. */
    public static final Target FILE_CURSOR = new Target(
            CURSORS + "FilePendingMessageCursor", "93a44f8ceffe34caa57515adf17df6f0d199c73c2160bbfff4ae9eeac094a8b1");

    /** A connection of a client to the message port. */
    public static final Target CONNECTION = new Target(
            "org/apache/activemq/broker/TransportConnection",
            "33a0130c4c56068cb3d44de8f65b800b2e308d9224b22154796344d7a7744679");

    /** The transport of OpenWire. */
    public static final Target OPENWIRE = new Target(
            TRANSPORT + "nio/NIOTransport", "5a408623c1588170b3d87e785a565530d96f52073301db5a72dc8b21571a5809");

    /** The same over TLS. */
    public static final Target OPENWIRE_TLS = new Target(
            TRANSPORT + "nio/NIOSSLTransport", "8d136d394e63dc7bfc9bd51c25d7b88a47c11a754ab01a928a99231915c9ebac");

    /** Reads frames of STOMP. */
    public static final Target STOMP = new Target(
            TRANSPORT + "stomp/StompCodec", "096e825e91740bec5801233e0cc82c91cacdbcf5afaea6263ece4c6eabcfe0df");

    /** Takes the connections of clients. */
    public static final Target MESSAGE_PORT = new Target(
            TRANSPORT + "tcp/TcpTransportServer", "fbd15f945d3dbba7a9cda2c3f1006453086053fee8b912632dfb3617a7bab93a");

    /** Asks whether a client may do what it does. */
    public static final Target AUTHORIZATION = new Target(
            "org/apache/activemq/security/AuthorizationBroker",
            "28865f94a98cffe36032a64ced683529ef8aa106b56455a4bba8321df9a7c2cb");

    private Classes() {}
}
