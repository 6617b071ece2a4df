package dev.mqha.rig;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.engine.Connection;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.engine.Session;
import org.apache.qpid.proton.engine.Transport;
import org.apache.qpid.proton.message.Message;

/** Sends persistent messages over AMQP to a queue of a broker without accounts. */
public final class Amqp implements AutoCloseable {
    private static final int PATIENCE_MS = 100_000;

    /** What a message has beside its body. */
    private static final int ENVELOPE = 1024;

    /** What is left where most is written. */
    private static final int REST = 1000;

    private final Transport transport = Proton.transport();
    private final Socket socket;
    private final Sender sender;
    private int sent;

    public Amqp(int port, String queue) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(PATIENCE_MS);
        Connection connection = Proton.connection();
        connection.setContainer(UUID.randomUUID().toString());
        transport.sasl().client();
        transport.sasl().setMechanisms("ANONYMOUS");
        transport.bind(connection);
        connection.open();
        Session session = connection.session();
        session.open();
        sender = session.sender(queue);
        Target target = new Target();
        target.setAddress(queue);
        sender.setTarget(target);
        sender.setSource(new Source());
        sender.open();
        pump(() -> sender.getCredit() > 0);
    }

    /** Sends a message, and returns when the broker has accepted it. */
    public void send(byte[] body) throws IOException {
        send(body, () -> true);
    }

    /** The same. @param goesOn asked when most is written; until it says so a byte is sent now and then */
    public void send(byte[] body, BooleanSupplier goesOn) throws IOException {
        Message message = Proton.message();
        message.setDurable(true);
        message.setBody(new Data(new Binary(body)));
        byte[] bytes = new byte[body.length + ENVELOPE];
        int length = message.encode(bytes, 0, bytes.length);
        Delivery delivery = sender.delivery(String.valueOf(sent++).getBytes(StandardCharsets.US_ASCII));
        int written = Math.max(0, length - REST);
        sender.send(bytes, 0, written);
        pump(() -> true);
        while (!goesOn.getAsBoolean() && written < length) {
            sender.send(bytes, written++, 1);
            pump(() -> true);
            pause();
        }
        sender.send(bytes, written, length - written);
        sender.advance();
        pump(() -> delivery.getRemoteState() != null);
        if (!(delivery.getRemoteState() instanceof Accepted)) {
            throw new IOException(String.valueOf(delivery.getRemoteState()));
        }
        delivery.settle();
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private void pump(BooleanSupplier done) throws IOException {
        byte[] buffer = new byte[64 * 1024];
        while (true) {
            for (int pending; (pending = transport.pending()) > 0; transport.pop(pending)) {
                ByteBuffer head = transport.head();
                byte[] bytes = new byte[pending];
                head.get(bytes);
                socket.getOutputStream().write(bytes);
            }
            if (done.getAsBoolean()) {
                return;
            }
            int room = transport.capacity();
            int length = room < 0 ? room : socket.getInputStream().read(buffer, 0, Math.min(buffer.length, room));
            if (length < 0) {
                throw new IOException("the connection has ended: " + transport.getCondition());
            }
            transport.tail().put(buffer, 0, length);
            transport.process();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
