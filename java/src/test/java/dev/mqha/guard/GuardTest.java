package dev.mqha.guard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mqha.patches.accept_poll.AcceptPoll;
import dev.mqha.patches.common.End;
import dev.mqha.patches.failed_disk.FailedDisk;
import dev.mqha.patches.failed_start.FailedStart;
import dev.mqha.patches.final_stop.FinalStop;
import dev.mqha.patches.listener_race.ChangeOrder;
import dev.mqha.patches.listener_race.ListenerGuard;
import dev.mqha.patches.queue_places.LastPlace;
import dev.mqha.patches.slave_position.StoppedSlave;
import dev.mqha.patches.standing_master.GroupMember;
import dev.mqha.patches.tls_names.QuickTls;
import dev.mqha.rig.Jvm;
import dev.mqha.rig.Mended;
import java.io.IOException;
import java.io.ObjectStreamClass;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipException;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.broker.SuppressReplyException;
import org.apache.activemq.leveldb.LevelDBStore;
import org.apache.activemq.leveldb.replicated.ElectingLevelDBStore;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.apache.activemq.util.ServiceStopper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import scala.Function0;
import scala.runtime.AbstractFunction0;

class GuardTest {
    @TempDir
    Path directory;

    @Test
    void theKnownClassIsGuarded() throws Exception {
        Path jar = directory.resolve("guard.jar");
        String line = mend(jar);
        assertTrue(line.startsWith("{\"guarded\":true,"), line);
        assertTrue(line.contains("\"version\":\"5.16.7\""), line);
        Object group = withoutConstructor(load(jar, ListenerGuard.CLASS));
        group.getClass().getMethod("onConnected").invoke(group);
        assertEquals(true, group.getClass().getMethod("rebuildTree").invoke(group));
    }

    @Test
    void theOriginalDoesRunOnWithoutAHandler() throws Exception {
        Object group = withoutConstructor(load(store(), ListenerGuard.CLASS));
        InvocationTargetException failure = assertThrows(
                InvocationTargetException.class,
                () -> group.getClass().getMethod("onConnected").invoke(group));
        assertInstanceOf(NullPointerException.class, failure.getCause());
    }

    @Test
    void theDownloadedIndexIsNamedAfterItsOwnPosition() throws Exception {
        Path jar = directory.resolve("guard.jar");
        mend(jar);
        assertEquals(List.of("wal_append_position"), positionsRead(store()));
        assertEquals(List.of("snapshot_position"), positionsRead(jar));
    }

    @Test
    void aRebuildOfTheTreeHoldsNoLockOfTheGroup() throws Exception {
        Path jar = directory.resolve("guard.jar");
        mend(jar);
        assertEquals(List.of("enter", "exit", "exit"), locksOf(store(), ListenerGuard.CLASS, "onConnected"));
        assertEquals(List.of(), locksOf(jar, ListenerGuard.CLASS, "onConnected"));
    }

    @Test
    void theElectorReadsTheMembersWithItsLockHeld() throws Exception {
        Path jar = directory.resolve("guard.jar");
        mend(jar);
        assertEquals(List.of(), locksOf(store(), ChangeOrder.CLASS, "changed"));
        assertEquals(List.of("enter", "exit", "exit"), locksOf(jar, ChangeOrder.CLASS, "changed"));
    }

    @Test
    void theStopOfASlaveWaitsWithALimit() throws Exception {
        Path jar = directory.resolve("guard.jar");
        mend(jar);
        assertEquals(List.of("()V"), waitsOf(store()));
        assertEquals(List.of("(JLjava/util/concurrent/TimeUnit;)Z"), waitsOf(jar));
    }

    @Test
    void aConnectorThatSleepsAcceptsAndStops() throws Exception {
        Path jar = directory.resolve("guard.jar");
        mend(jar);
        Class<?> type = load(jar, "org/apache/activemq/transport/TransportFactory");
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // The factory of the protocol is looked up in it.
        thread.setContextClassLoader(type.getClassLoader());
        Object server;
        try {
            server = type.getMethod("bind", URI.class).invoke(null, URI.create("nio://127.0.0.1:0"));
        } finally {
            thread.setContextClassLoader(before);
        }
        assertEquals(AcceptPoll.CLASS.replace('/', '.'), server.getClass().getSuperclass().getName());
        CountDownLatch accepted = new CountDownLatch(1);
        Class<?> listener = Class.forName("org.apache.activemq.transport.TransportAcceptListener", true, type.getClassLoader());
        server.getClass().getMethod("setAcceptListener", listener).invoke(server, Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {listener}, (proxy, method, args) -> {
                    accepted.countDown();
                    return null;
                }));
        server.getClass().getMethod("start").invoke(server);
        InetSocketAddress address =
                (InetSocketAddress) server.getClass().getMethod("getSocketAddress").invoke(server);
        // Not at once: it shall be asleep by then.
        Thread.sleep(500);
        try (Socket client = new Socket(address.getAddress(), address.getPort())) {
            assertTrue(accepted.await(AcceptPoll.MS / 2, TimeUnit.MILLISECONDS));
        }
        Thread.sleep(500);
        long began = System.nanoTime();
        server.getClass().getMethod("stop").invoke(server);
        assertTrue(System.nanoTime() - began < AcceptPoll.MS / 2 * 1_000_000);
        assertThrows(IOException.class, () -> new Socket(address.getAddress(), address.getPort()).close());
    }

    @Test
    void aQueueRemembersItsHighestPlaceAndNotTheOneLoggedLast() throws Exception {
        Path jar = directory.resolve("guard.jar");
        mend(jar);
        assertEquals(List.of(1, 5, 4, -1, 3), lastKeys(load(store(), LastPlace.CLASS)));
        assertEquals(List.of(1, 5, 5, -1, 3), lastKeys(load(jar, LastPlace.CLASS)));
    }

    /** What is remembered after places 1, 5 and 4 were given, the queue was emptied, and 3 was given. */
    private static List<Integer> lastKeys(Class<?> type) throws Exception {
        Object meta = type.getConstructor().newInstance();
        List<Integer> keys = new ArrayList<>();
        for (byte[] key : new byte[][] {{0, 1}, {0, 5}, {0, 4}, null, {0, 3}}) {
            type.getMethod("last_key_$eq", byte[].class).invoke(meta, (Object) key);
            byte[] last = (byte[]) type.getMethod("last_key").invoke(meta);
            keys.add(last == null ? -1 : (int) last[1]);
        }
        return keys;
    }

    @Test
    void anIndexOfTheOriginalIsReadByTheMendedClass() throws Exception {
        Path jar = directory.resolve("guard.jar");
        mend(jar);
        long original = ObjectStreamClass.lookup(load(store(), LastPlace.CLASS)).getSerialVersionUID();
        assertEquals(original, ObjectStreamClass.lookup(load(jar, LastPlace.CLASS)).getSerialVersionUID());
    }

    /** Runs the store's task as the elector does, with a store that cannot be started. */
    public static final class StartsAStore {
        public static void main(String[] args) throws Exception {
            Object task = withoutConstructor(Class.forName(args[0]));
            task.getClass().getMethod("apply$mcV$sp").invoke(task);
            System.out.println("goes on");
        }
    }

    @Test
    void aStoreThatCannotBeStartedEndsItsBroker() throws Exception {
        Path jar = directory.resolve("guard.jar");
        mend(jar);
        for (String task : List.of(FailedStart.MASTER, FailedStart.SLAVE)) {
            assertEnds(End.START_FAILED, StartsAStore.class, task.replace('/', '.'));
        }
    }

    /** Lets a store's client deal with a failure, as it does with whatever the log and the index throw. */
    public static final class FailsOnDisk {
        public static void main(String[] args) throws Exception {
            Class<?> type = Class.forName(Classes.CLIENT.name().replace('/', '.'));
            Object client = withoutConstructor(type);
            Field store = type.getDeclaredField(FailedDisk.FIELD);
            store.setAccessible(true);
            store.set(client, new LevelDBStore());
            Method handler = type.getDeclaredMethod(FailedDisk.HANDLER, IOException.class);
            handler.setAccessible(true);
            IOException closed = new IOException(new ClosedByInterruptException());
            InvocationTargetException old =
                    assertThrows(InvocationTargetException.class, () -> handler.invoke(client, closed));
            assertInstanceOf(SuppressReplyException.class, old.getCause());
            handler.invoke(client, new IOException("No space left on device"));
        }
    }

    @Test
    void aDiskThatFailsEndsTheBroker() throws Exception {
        Path jar = directory.resolve("guard.jar");
        mend(jar);
        assertEnds(End.DISK_FAILED, FailsOnDisk.class);
    }

    /** Stops a slave that never attached, on a node whose log goes as far as 4711, and prints what it remembers. */
    public static final class StopsASlave {
        public static void main(String[] args) throws Exception {
            ElectingLevelDBStore store = new ElectingLevelDBStore();
            store.position_$eq(4711);
            SlaveLevelDBStore slave = new SlaveLevelDBStore() {
                @Override
                public void doStop(ServiceStopper stopper) {}
            };
            Function0<Object> next = new AbstractFunction0<>() {
                @Override
                public Object apply() {
                    return null;
                }
            };
            Object task = Class.forName(StoppedSlave.CLASS.replace('/', '.'))
                    .getConstructor(ElectingLevelDBStore.class, Function0.class, SlaveLevelDBStore.class)
                    .newInstance(store, next, slave);
            task.getClass().getMethod("apply$mcV$sp").invoke(task);
            System.out.println(store.position());
            System.exit(0);
        }
    }

    @Test
    void aSlaveThatNeverAttachedStillKnowsHowFarItsLogGoes() throws Exception {
        Path jar = directory.resolve("guard.jar");
        mend(jar);
        assertEquals("0", Jvm.stock().print(StopsASlave.class));
        assertEquals("4711", Jvm.mended().print(StopsASlave.class));
    }

    /** A master, the third member, whose elector is gone: says whether it is demoted. */
    public static final class LosesItsElector {
        public static void main(String[] args) {
            ElectingLevelDBStore store = new ElectingLevelDBStore() {
                @Override
                public void stop_master(Function0<scala.runtime.BoxedUnit> then) {
                    System.out.println("demoted");
                }
            };
            GroupMember master = new GroupMember("3", store);
            master.address_$eq("tcp://127.0.0.1:1");
            change(master.sees("1>3", "2", "3"));
            change(master.sees("2", "3"));
            System.out.println("looked");
            System.exit(0);
        }

        private static void change(GroupMember master) {
            try {
                master.change_listener().changed();
            } catch (NullPointerException noZooKeeper) {
                // What it thinks now is told to ZooKeeper at the end.
            }
        }
    }

    @Test
    void aMasterStaysWhenItsElectorIsLost() throws Exception {
        Path jar = directory.resolve("guard.jar");
        mend(jar);
        assertEquals("demoted\nlooked", Jvm.stock().print(LosesItsElector.class));
        assertEquals("looked", Jvm.mended().print(LosesItsElector.class));
    }

    /** Says which protocol and how many ciphers ZooKeeper's client would take, and whether trust was asked for. */
    public static final class NamesTls {
        public static void main(String[] args) throws Exception {
            Class<?> type = Class.forName(QuickTls.CLASS.replace('/', '.'));
            Field ciphers = type.getDeclaredField("DEFAULT_CIPHERS_JAVA9");
            ciphers.setAccessible(true);
            Object protocol = type.getField("DEFAULT_PROTOCOL").get(null);
            System.out.println(protocol + " " + List.of((Object[]) ciphers.get(null)));
        }
    }

    @Test
    void theClientKnowsTheNamesOfTlsWithoutATrustStore() throws Exception {
        Path jar = directory.resolve("guard.jar");
        mend(jar);
        String names = Jvm.stock().print(NamesTls.class);
        assertTrue(names.startsWith("TLSv1.3 [TLS_"), names);
        assertEquals(names, Jvm.mended().print(NamesTls.class));
        String broken = "-Djavax.net.ssl.trustStore=" + Files.writeString(directory.resolve("none.jks"), "no trust store");
        assertFalse(Jvm.stock().option(broken).print(NamesTls.class).equals(names));
        assertEquals(names, Jvm.mended().option(broken).print(NamesTls.class));
    }

    /** Runs the task that stops a master's broker: while the JVM lives, and while it ends. */
    public static final class StopsAMaster {
        public static void main(String[] args) throws Exception {
            run("alive");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> run("ending")));
            System.exit(0);
        }

        private static void run(String when) {
            BrokerService broker = new BrokerService() {
                @Override
                public void stop() {}
            };
            try {
                ElectingLevelDBStore store = new ElectingLevelDBStore();
                store.setBrokerService(broker);
                Object task = Class.forName(FinalStop.CLASS.replace('/', '.'))
                        .getConstructor(ElectingLevelDBStore.class)
                        .newInstance(store);
                task.getClass().getMethod("apply$mcV$sp").invoke(task);
            } catch (ReflectiveOperationException failure) {
                failure.printStackTrace();
            }
            System.out.println(when + " " + broker.isRestartRequested());
        }
    }

    @Test
    void aBrokerThatIsToldToEndDoesNotBeginAnew() throws Exception {
        Path jar = directory.resolve("guard.jar");
        mend(jar);
        assertEquals("alive true\nending true", Jvm.stock().print(StopsAMaster.class));
        assertEquals("alive true\nending false", Jvm.mended().print(StopsAMaster.class));
    }

    /** Runs a main class with the mended classes, and expects it to end as a broker whose store failed. */
    private static void assertEnds(End end, Class<?> main, Object... args) throws Exception {
        Jvm.Ended ended = Jvm.mended().run(main, args);
        assertEquals(end.exitCode(), ended.exitCode(), ended.err());
        assertTrue(ended.err().contains("mqha: " + end + ", so this broker ends: "), ended.err());
    }

    private static List<String> positionsRead(Path jar) throws IOException {
        List<String> fields = new ArrayList<>();
        visit(jar, Classes.SLAVE_OPENING.name(), null, new MethodVisitor(Opcodes.ASM9) {
            @Override
            public void visitFieldInsn(int opcode, String owner, String field, String type) {
                if (owner.endsWith("SyncResponse") && type.equals("J")) {
                    fields.add(field);
                }
            }
        });
        return fields;
    }

    private static List<String> locksOf(Path jar, String className, String method) throws IOException {
        List<String> locks = new ArrayList<>();
        visit(jar, className, method, new MethodVisitor(Opcodes.ASM9) {
            @Override
            public void visitInsn(int opcode) {
                if (opcode == Opcodes.MONITORENTER) {
                    locks.add("enter");
                } else if (opcode == Opcodes.MONITOREXIT) {
                    locks.add("exit");
                }
            }
        });
        return locks;
    }

    private static List<String> waitsOf(Path jar) throws IOException {
        List<String> waits = new ArrayList<>();
        visit(jar, Classes.SLAVE_STORE.name(), "doStop", new MethodVisitor(Opcodes.ASM9) {
            @Override
            public void visitMethodInsn(int opcode, String owner, String name, String type, boolean inInterface) {
                if (name.equals("await")) {
                    waits.add(type);
                }
            }
        });
        return waits;
    }

    /** Shows the instructions of a method, or of all where it is null, to a visitor. */
    private static void visit(Path jar, String className, String method, MethodVisitor visitor) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            byte[] bytes = file.getInputStream(file.getEntry(className + ".class")).readAllBytes();
            new ClassReader(bytes).accept(new ClassVisitor(Opcodes.ASM9) {
                @Override
                public MethodVisitor visitMethod(
                        int access, String name, String type, String signature, String[] exceptions) {
                    return method == null || name.equals(method) ? visitor : null;
                }
            }, 0);
        }
    }

    @Test
    void twoRunsGiveTheSameJar() throws Exception {
        mend(directory.resolve("a.jar"));
        mend(directory.resolve("b.jar"));
        assertArrayEquals(
                Files.readAllBytes(directory.resolve("a.jar")), Files.readAllBytes(directory.resolve("b.jar")));
    }

    @Test
    void whereNoClassIsKnownThereIsNoJar() throws Exception {
        Path other = directory.resolve("store.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(other))) {
            for (Patch patch : Patches.ALL) {
                for (Target target : patch.targets()) {
                    try {
                        out.putNextEntry(new JarEntry(target.name() + ".class"));
                        out.write(new byte[] {1, 2, 3});
                    } catch (ZipException again) {
                        // Another patch rewrites it as well.
                    }
                }
            }
        }
        Path jar = directory.resolve("guard.jar");
        String line = Guard.run(List.of(other), jar, Set.of());
        assertTrue(line.startsWith("{\"guarded\":false,\"version\":\"5.16.7\",\"applied\":[],\"missing\":[{"), line);
        assertFalse(Files.exists(jar));
    }

    @Test
    void theReportNamesTheUnknownClassWithWhatWasFound() throws Exception {
        Path other = directory.resolve("other.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(other))) {
            out.putNextEntry(new JarEntry(LastPlace.CLASS + ".class"));
            out.write(new byte[] {1, 2, 3});
        }
        String line = Mended.make(directory.resolve("guard.jar"), List.of(other), Set.of("tls-names", "whole-units"));
        assertTrue(line.startsWith("{\"guarded\":false,"), line);
        assertTrue(line.contains("\"missing\":[{\"patch\":\"whole-units\",\"risk\":\"messages\",\"without\":\"a master that"), line);
        assertTrue(line.contains("\"patch\":\"queue-places\",\"risk\":\"messages\",\"without\":\"after a failover a new message can take"
                + " the place of an acknowledged one in its queue\",\"reason\":\"unknown-class\",\"classes\":[{"
                + "\"class\":\"org/apache/activemq/leveldb/LevelDBClient$CollectionMeta\","
                + "\"expected\":\"5d9130b618e28570c95e9a10fed9b958ad2e7cef22f37d66e2851780f5de328a\","
                + "\"found\":\"039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81\"}],\"needs\":[]}"), line);
        assertTrue(line.contains("\"reason\":\"needs\",\"classes\":[],\"needs\":[\"whole-units\"]}"), line);
        assertTrue(line.contains("\"reason\":\"off\",\"classes\":[],\"needs\":[]}"), line);
    }

    @Test
    void aSwitchWithoutAPatchIsAnError() {
        IllegalArgumentException refusal = assertThrows(
                IllegalArgumentException.class,
                () -> Mended.make(directory.resolve("guard.jar"), List.of(), Set.of("no-such")));
        assertTrue(refusal.getMessage().startsWith("there is no patch no-such; there are accept-poll, "), refusal.getMessage());
        assertFalse(Files.exists(directory.resolve("guard.jar")));
    }

    @Test
    void aMissingJarIsAnError() {
        IOException failure = assertThrows(
                IOException.class, () -> Guard.run(List.of(directory.resolve("none.jar")), directory.resolve("guard.jar"), Set.of()));
        assertTrue(failure.getMessage().contains("none.jar"));
    }

    private static String mend(Path jar) throws IOException {
        return Mended.make(jar);
    }

    private static Path store() {
        return Mended.store();
    }

    /** Loads the class from this jar first, with everything else from the tests' class path. */
    private static Class<?> load(Path jar, String className) throws Exception {
        List<URL> urls = new ArrayList<>();
        urls.add(jar.toUri().toURL());
        for (String entry : System.getProperty("java.class.path").split(java.io.File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        URLClassLoader loader =
                new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
        return Class.forName(className.replace('/', '.'), true, loader);
    }

    /** An instance as another thread sees it while the constructor has not come to the handler. */
    private static Object withoutConstructor(Class<?> type) throws Exception {
        Class<?> factory = Class.forName("sun.reflect.ReflectionFactory");
        Object reflection = factory.getMethod("getReflectionFactory").invoke(null);
        Constructor<?> constructor = (Constructor<?>) factory
                .getMethod("newConstructorForSerialization", Class.class, Constructor.class)
                .invoke(reflection, type, Object.class.getDeclaredConstructor());
        return constructor.newInstance();
    }
}
