package dev.mqha.patches.accept_poll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mqha.rig.Loaded;
import dev.mqha.rig.Mended;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A connector at rest. */
class AcceptPollTest {
    @Test
    void aConnectorThatSleepsAcceptsAndStops() throws Exception {
        Path jar = Mended.jar();
        Class<?> type = Loaded.load(jar, "org/apache/activemq/transport/TransportFactory");
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
}
