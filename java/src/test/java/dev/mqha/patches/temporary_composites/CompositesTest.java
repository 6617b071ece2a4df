package dev.mqha.patches.temporary_composites;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.rig.Jvm;
import dev.mqha.rig.Roles;
import javax.jms.Session;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQTempQueue;
import org.junit.jupiter.api.Test;

class CompositesTest {
    /** Sends to a queue that its roles do not name: by its name, behind a temporary one, and as its owner does. */
    static final class Sending {
        public static void main(String[] args) throws Exception {
            try (Roles roles = new Roles()) {
                Roles.send(roles.connect("app"), new ActiveMQQueue("billing"));
                ActiveMQConnection orders = roles.connect("orders");
                Session session = orders.createSession(false, Session.AUTO_ACKNOWLEDGE);
                String temporary = ((ActiveMQDestination) session.createTemporaryQueue()).getPhysicalName();
                System.out.println("by name: " + Roles.send(orders, new ActiveMQQueue("billing")));
                System.out.println("behind: " + Roles.send(orders, new ActiveMQTempQueue(temporary + ",queue://billing")));
                System.out.println("before: " + Roles.send(orders, new ActiveMQQueue("billing,temp-queue://" + temporary)));
                System.out.println("messages: " + roles.depth("billing"));
                System.out.println("temporary: " + Roles.send(orders, new ActiveMQTempQueue(temporary)));
                System.out.println("ordinary: " + Roles.send(orders, new ActiveMQQueue("orders.a,orders.b")));
            }
        }
    }

    @Test
    void aListThatMixesIsRefused() throws Exception {
        assertEquals(
                """
                by name: refused
                behind: refused
                before: refused
                messages: 1
                temporary: done
                ordinary: done""",
                Jvm.mended().print(Sending.class));
    }

    @Test
    void theStockClassesDeliverIt() throws Exception {
        String[] printed = Jvm.stock().print(Sending.class).split("\n");
        assertEquals("by name: refused", printed[0]);
        assertEquals("behind: done", printed[1]);
        assertEquals("messages: 2", printed[3]);
    }
}
