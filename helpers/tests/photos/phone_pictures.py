"""Small HEIC pictures as bytes: nothing that the course needs can write this format.

All were made from the drawing of `test_images.halves`, 64×64 pixels.
"""

import base64
import struct

HALVES = base64.b85decode(  # as it is
    "0000SW^{RQXk}@500000ZE0pPXk}@5ZE0a<00041ZDn*}000000000XXk=`10000000000aA{+7000000000000000"
    "00000B57=IV*mgE07O6l0RRC200001c>n<b00000001rk001LtX>Mi!000000RR916=`l}WdZ;I000310BCk&F#rGn"
    "01j|zbZr0t000010002hX>f9I0002CX>en20001YXm(>m0R#vD005pi000009`FGC|M>U-"
    "01pFT0096OKmiN^|NjIC00093o;Uyi0{{RXx&lC90096hLID8;2mk;B0G>Di00RI39*_hOAhO*_B{j{!LqUN600RIS"
    "000930SICM0RRX@0l{*H3<4wo000wXZ)|dIV{CW;0RRmE27mwn02FC+aAg1h0000006+i$06+i$01$9#cxeCt0009B"
    "2nYZG02gU+ZD9Za00000009621c3qr1ONa4Hf>~KbN~PVDkuT33E(3(qCfxp(S85^+{dB*wY0RK|E+@`f2k}V|HvyH"
    "SoE*|xBuV"
)
SIDEWAYS = base64.b85decode(  # stored sideways, with a note of the camera
    "0000SW^{RQXk}?*00000ZE0pPXk}?*ZE0a<0004@ZDn*}000000000XXk=`10000000000aA{+7000000000000000"
    "00000G-"
    "+&aV*mgE07O6l0ssL300001#Q*^S00000004Xd0ssI200Kb(0RR9100000Bme*aIB98aW&i*H00062000$fZf0cy00"
    "0000RRAKc4ILB0000LX>Mj^0ssI300IC2MR;ju000004sdC7Z2$lO00031007`=aB^?}006*gaAR)(004Msc4I>U18"
    "@KU0FVFx0000U@BsY%`1k+-4+CHT0RR|40Sp2E{{wIU00RJ!0009300RIXx&lC90096iLID8-"
    "Z~y=U0FVFx0{{R603M(qfd!W8Nhz*w0vZem00093$N&HX00=;000968L;=Baup&SJ000wXZ)|dIV{CW;0RRmE27mwn"
    "02FC+aAg1h0000006+i$06+i$01$9#cxeCt0009B2nYZG010VwZ*&6y000<iaBX1#00000000310R@2q0|bQt000_k"
    "a%E-!00000000hSWOHKx0ssL30RR91sBL6nbN~PVcqjp{3E<-"
    "koVu_7|5iKqzvBU)|Jn;qpqo!W9dA$nQdk@RkW&3zWDkh35HH3_^(E(95E10(dHv=c5ouj2{g%E}1JnmDnOopK1FW^"
    "-@m_Y<-%eF!_23GuE^3P!H|?hsvLv}mV3NHWFCjs>R8r5N`9fL;-"
    "~a#s21R&jW&i+9O#mtY000O80Ra*K0{{R30RRR70000000"
)
SEVERAL = base64.b85decode(  # a green picture first; the one that counts is the second
    "0000SW^{RQXk}?*00000ZE0pPXk}?*ZE0a<0004mZDn*}000000000XXk=`10000000000aA{+7000000000000000"
    "00000G-+&aV*mgE07O6l0ssL300001r~m-"
    "~000000015U0ssI200G7T0RR9100000E&u=kIB98aW&i*H00062000$fZf0cy000000RRAKc4ILB0000LX>Mj^0ssI"
    "200IC2Xm(>U000004sdC7Z2$lO00062007--aB^?}006gXaAR)(004Msc4I>U18@KU0FVFx0000U@BsY%`1k+-"
    "4+CHT0RR|40Sp2E{{wIU00RJ!0009300RIXx&lC90096iLID8-"
    "Z~y=U0FVFx0{{R603M(qfd!W8Nhz*w0vZem00093$N&HX00=;000968L;=Baup&SJ000wXZ)|dIV{CW;0RRmE27mwn"
    "02FC+aAg1h0000006+i$06+i$01$9#cxeCt0009B2nYZG03K;@ZD9Za0000000IC31c3qr1ONgAfdT^r0000~ZDe6|"
    "0000QC;_ht;2}A6Utjr^fB*Vs*Z=&S$DIc-"
    "_4oh)04gW}uL<BIHljcO`_X;>{@ll*{<XBUpZ~3cAAhMVAOFZJ9a!|Q|F{3("
)


def claiming(width: int, height: int) -> bytes:
    """A HEIC file that claims a size; its pixels are those of `HALVES`."""
    size, claimed = (
        struct.pack(">4s4xII", b"ispe", *sides) for sides in ((64, 64), (width, height))
    )
    assert HALVES.count(size) == 1
    return HALVES.replace(size, claimed)
